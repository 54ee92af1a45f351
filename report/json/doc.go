// Package json renders a [report.Report] as one JSON document. Its keys are a
// promise: docs/json.md explains them, docs/report.schema.json is their schema.
//
// The types are exported because `chorcheck replay` reads such documents back.
package json
