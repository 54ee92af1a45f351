package text

import (
	"bytes"
	"fmt"
	"testing"

	"chorcheck/report"
	"chorcheck/report/internal/sample"
)

// What is known is marked, and what is gone is listed.
func TestBaseline(t *testing.T) {
	r := sample.WithBaseline()
	for i := range 11 {
		r.Baseline.Gone = append(r.Baseline.Gone, report.Identity{File: "old.chor", Check: "dead-handler", Cause: fmt.Sprint("h", i)})
	}
	var b bytes.Buffer
	Write(&b, r, Style{})
	golden(t, "baseline", b.String())
}
