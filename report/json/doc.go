// Package json renders a [report.Report] as one JSON document, or as one object in
// each line. The keys are a promise: docs/json.md explains them,
// docs/report.schema.json and docs/report-line.schema.json are their schemas.
//
// The types are exported because `chorcheck replay` reads such documents back.
package json
