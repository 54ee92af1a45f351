package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"chorcheck/report"
	"chorcheck/report/svg"
)

// Steps is how many steps of a run are shown, half of them from its end. For their
// states, [verify.Options].Course has to be one more.
const Steps = 200

// The bounds of a page: bytes of runs and of sources, cells of matrices, and how many
// findings, files, environments and diagnostics are listed.
const (
	maxRuns         = 12 << 20
	maxSource       = 2 << 20
	maxCells        = 2000
	maxFindings     = 500
	maxFiles        = 500
	maxEnvironments = 60
	maxDiagnostics  = 100
)

// Texts are cut to so many characters.
const (
	maxName    = 200
	maxMessage = 2000
)

//go:embed page.html page.css page.js
var parts embed.FS

// Write renders a report as an HTML page.
func Write(w io.Writer, r *report.Report) error {
	t, err := template.ParseFS(parts, "page.html")
	if err != nil {
		return err
	}
	style, script := part("page.css")+svg.StyleSheet(svg.Auto), part("page.js")
	b := &builder{report: r, template: t, runs: maxRuns, source: maxSource, cells: maxCells, room: maxFindings}
	v, err := b.page()
	if err != nil {
		return err
	}
	v.Style, v.Script = template.CSS(style), template.JS(script)
	v.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(style), digest(script))
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "page", v); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// part is one of the files that a page is made of.
func part(name string) string {
	b, err := parts.ReadFile(name)
	if err != nil {
		return "" // they are in the program
	}
	return string(b)
}

// digest is how a policy names a style sheet or a script.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// builder makes the views of a page. It knows how much room is left.
type builder struct {
	report   *report.Report
	template *template.Template

	runs, source, cells, room int // what there is still room for; room is that of findings
	number                    int // of the last finding
	scarce                    map[string]int
}

// lacks notes that something has found no room.
func (b *builder) lacks(what string, n int) {
	if b.scarce == nil {
		b.scarce = map[string]int{}
	}
	b.scarce[what] += n
}

// clean is a text that may be shown, and that is not too long.
func clean(text string, most int) string {
	if len(text) > 4*most { // so much is not looked at
		text = text[:4*most]
	}
	text = report.Printable(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most-2]) + ".."
	}
	return text
}

func name(text string) string    { return clean(text, maxName) }
func message(text string) string { return clean(text, maxMessage) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
