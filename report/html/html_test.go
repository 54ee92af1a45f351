package html

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	lsource "chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/internal/sample"
	"chorcheck/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func written(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.String()
}

// shop has a role that waits for ever after a crash, a variable, a timer and a scope.
const shop = `choreography Shopping
role Customer, Shop, Bank
channels fifo 2

var tries at Shop: 0..3 = 0

environment calm {}
environment rough {
  crash Bank
  at most 1
}

Customer -> Shop: order
let tries = tries + 1 at Shop
Shop -> Bank: charge
Bank -> Shop: paid
Shop -> Customer: receipt
`

// verified is the report on a text, with the configurations along its runs.
func verified(t *testing.T, name, text string, course int) *report.Report {
	t.Helper()
	u := lang.Load(lsource.New(name, text), lang.Options{})
	require.Empty(t, u.Diagnostics)
	result, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Environments: u.Environments, Interactions: u.Interactions, Coverage: true, Course: course, Workers: 1,
	})
	require.NoError(t, err)
	return &report.Report{Version: "1.2.3", Files: []report.File{{
		Source: u.File, Format: u.Format, Choreography: u.Name, Automata: u.Automata, Places: u.Places, Result: result, Coverage: true,
		Settings: report.Settings{Channels: u.Automata.Channels.Default.String()},
	}}}
}

// element of a page: its name with those of its attributes.
type element struct {
	name string
	attr map[string]string
	text string
}

// elements of a page, which has to be well-formed. What is in the script and in the style
// sheet is no markup.
func elements(t *testing.T, page string) []element {
	t.Helper()
	body, ok := strings.CutPrefix(page, "<!DOCTYPE html>\n")
	require.True(t, ok)
	for _, tag := range []string{"script", "style"} {
		before, rest, ok := strings.Cut(body, "<"+tag+">")
		require.True(t, ok, tag)
		_, after, ok := strings.Cut(rest, "</"+tag+">")
		require.True(t, ok, tag)
		body = before + after
	}
	var list []element
	var open []int
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			require.Empty(t, open)
			return list
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			e := element{x.Name.Local, map[string]string{}, ""}
			for _, a := range x.Attr {
				require.NotContains(t, e.attr, a.Name.Local)
				e.attr[a.Name.Local] = a.Value
			}
			open = append(open, len(list))
			list = append(list, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				list[open[len(open)-1]].text += string(x)
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			t.Fatalf("unexpected %T", x)
		}
	}
}

func TestGolden(t *testing.T) {
	page := written(t, sample.Report())
	_, body, ok := strings.Cut(page, "<body>\n")
	require.True(t, ok)
	body, _, ok = strings.Cut(body, "<script>")
	require.True(t, ok)
	sample.Golden(t, "full.golden.html", []byte(body), *update)
	assert.Equal(t, page, written(t, sample.Report()), "equal reports give equal bytes")
}

func TestBaseline(t *testing.T) {
	page := written(t, sample.WithBaseline())
	assert.Contains(t, page, "2 new findings, 1 known, 1 gone")
	assert.Contains(t, page, "gone: specs/payment.chor: deadlock in calm: Shop@7")
	assert.Contains(t, page, `violated, known`)
}

func TestEmpty(t *testing.T) {
	page := written(t, &report.Report{Version: "1"})
	assert.Contains(t, page, ">fine<")
	elements(t, page)
}

// TestAnchors: ids are there once, and what is linked to is there.
func TestAnchors(t *testing.T) {
	for _, r := range []*report.Report{sample.Report(), verified(t, "shop.chor", shop, Steps+1)} {
		list := elements(t, written(t, r))
		ids := map[string]bool{}
		for _, e := range list {
			if id, ok := e.attr["id"]; ok {
				assert.False(t, ids[id], id)
				ids[id] = true
			}
		}
		links := 0
		for _, e := range list {
			if href, ok := e.attr["href"]; ok {
				links++
				require.True(t, strings.HasPrefix(href, "#"), href)
				assert.True(t, ids[href[1:]], href)
			}
			if e.attr["data-line"] != "" {
				assert.True(t, ids[e.attr["data-line"]], e.attr["data-line"])
			}
			for _, name := range []string{"aria-labelledby"} {
				for id := range strings.FieldsSeq(e.attr[name]) {
					assert.True(t, ids[id], id)
				}
			}
		}
		assert.Greater(t, links, 10)
	}
}

// TestLoadsNothing: the page has one style sheet and one script, which its policy names,
// and refers to nothing outside.
func TestLoadsNothing(t *testing.T) {
	page := written(t, sample.Report())
	inner := func(tag string) string {
		require.Equal(t, 1, strings.Count(page, "<"+tag), tag)
		_, rest, _ := strings.Cut(page, "<"+tag+">")
		text, _, _ := strings.Cut(rest, "</"+tag+">")
		require.NotEmpty(t, text)
		return text
	}
	style, script := inner("style"), inner("script")
	list := elements(t, page)
	i := slices.IndexFunc(list, func(e element) bool { return e.attr["http-equiv"] == "Content-Security-Policy" })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, "default-src 'none'; style-src '"+digest(style)+"'; script-src '"+digest(script)+"'; base-uri 'none'; form-action 'none'", list[i].attr["content"])
	for _, e := range list {
		assert.NotContains(t, []string{"link", "img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignObject"}, e.name)
		for _, a := range []string{"src", "srcset", "style", "action", "background", "srcdoc"} {
			assert.NotContains(t, e.attr, a)
		}
	}
	rest := strings.ReplaceAll(page, "http://www.w3.org/2000/svg", "")
	assert.NotRegexp(t, regexp.MustCompile(`https?://|url\(|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(`), rest)
}

// shapes are the kinds of elements of a page, with their attributes.
func shapes(list []element) map[string]bool {
	out := map[string]bool{}
	for _, e := range list {
		out[e.name+" "+strings.Join(slices.Sorted(maps.Keys(e.attr)), " ")] = true
	}
	return out
}

// TestHostileNames: names that are markup make no element and no attribute.
func TestHostileNames(t *testing.T) {
	harmless := shapes(elements(t, written(t, sample.Evil("plain"))))
	for _, name := range append(sample.Hostile(), `"><img src=x onerror=alert(1)>`, "{{.Version}}", "</title></svg></style></script><script>alert(1)</script>", "javascript:alert(1)") {
		page := written(t, sample.Evil(name))
		list := elements(t, page)
		for shape := range shapes(list) {
			assert.True(t, harmless[shape], "%q has brought %s", name[:min(len(name), 60)], shape)
		}
		for _, e := range list {
			for a, value := range e.attr {
				assert.False(t, strings.HasPrefix(a, "on"), a)
				assert.False(t, a == "href" && !strings.HasPrefix(value, "#"), value)
			}
		}
		for _, r := range page {
			require.False(t, r != '\n' && r != '\t' && report.Hidden(r), "%q is shown as it is", r)
		}
		assert.Less(t, len(page), 1<<21)
	}
}

// TestStates: beside each step stands the configuration after it, with what it changes.
func TestStates(t *testing.T) {
	r := verified(t, "shop.chor", shop, Steps+1)
	list := elements(t, written(t, r))
	in := ""
	rows := map[string][]string{}
	for _, e := range list {
		if e.name == "article" && strings.HasPrefix(e.attr["id"], "finding-1-") {
			in = e.attr["id"]
		} else if e.name == "article" || e.name == "section" {
			in = ""
		}
		if in != "" && (e.name == "td" || e.name == "th" || e.name == "h5" || e.name == "mark") {
			text := e.text
			if e.attr["class"] == "new" {
				text += " (new)"
			}
			rows[in] = append(rows[in], text)
		}
	}
	x := r.Files[0].Rows()
	var first *report.Group
	for i := range x {
		if len(x[i].Groups) > 0 {
			first = &x[i].Groups[0]
			break
		}
	}
	require.NotNil(t, first)
	require.Len(t, rows, len(first.Finding.Trace)+1)
	assert.Equal(t, "Before the first step", rows["finding-1-step-0"][0])
	assert.Contains(t, rows["finding-1-step-0"], "tries = 0")
	one := rows["finding-1-step-1"]
	assert.Contains(t, one[0], "Step 1 of ")
	at := slices.IndexFunc(first.Finding.Trace, func(s verify.Step) bool { return s.Action == "Customer -> Shop: order" })
	require.GreaterOrEqual(t, at, 0)
	sent := rows[fmt.Sprintf("finding-1-step-%d", at+1)]
	assert.Contains(t, sent, "Customer -> Shop: order", "the place in the text is marked")
	assert.Contains(t, sent, "order (new)")
	assert.Contains(t, sent, "1 (new)", "the state of the customer")
	assert.Contains(t, sent, "1 of 2")
}

// TestCoverage: a cell of the matrix leads to what becomes of the strike, and to the runs.
func TestCoverage(t *testing.T) {
	r := verified(t, "shop.chor", shop, 0)
	list := elements(t, written(t, r))
	var cell *element
	var columns []string
	for i, e := range list {
		if e.attr["class"] == "number" && e.text == "end" {
			columns = append(columns, e.text)
		} else if e.attr["class"] == "number" {
			columns = append(columns, list[i+1].text)
		}
	}
	assert.Equal(t, []string{"15", "16", "end"}, columns)
	for i, e := range list {
		if strings.HasPrefix(e.attr["aria-label"], "crash of Bank at line 16") {
			cell = &list[i]
		}
	}
	require.NotNil(t, cell)
	assert.Equal(t, "✗", cell.text)
	at := slices.IndexFunc(list, func(e element) bool { return "#"+e.attr["id"] == cell.attr["href"] })
	require.GreaterOrEqual(t, at, 0)
	var texts []string
	for _, e := range list[at+1:] {
		if e.name == "article" {
			break
		}
		texts = append(texts, strings.TrimSpace(e.text))
	}
	assert.Contains(t, texts, "unhandled")
	assert.Contains(t, texts, "Customer and Shop can wait for ever")
	assert.True(t, slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "counterexample ") }), "%q", texts)
	assert.Contains(t, texts, "Bank -> Shop: paid")
}

// many is a report with so many findings, each with a run of so many steps.
func many(findings, steps int) *report.Report {
	r := sample.Report()
	c := &r.Files[0].Result.Environments[0].Checks[0]
	x := c.Findings[0]
	c.Findings = nil
	for i := range findings {
		x.Cause, x.Message = fmt.Sprint("cause ", i), fmt.Sprint("message ", i)
		x.Trace = nil
		for k := range steps {
			x.Trace = append(x.Trace, verify.Step{Action: fmt.Sprintf("Customer: step %d of %d", k, i), Kind: "internal", Role: 0, Peer: -1, PeerTrans: -1, Origin: 1 + model.Origin(k%2)})
		}
		x.Course = nil
		for range steps + 1 {
			x.Course = append(x.Course, x.Final)
		}
		c.Findings = append(c.Findings, x)
	}
	return r
}

func TestTooMuch(t *testing.T) {
	page := written(t, many(600, 3))
	assert.Less(t, len(page), 20<<20)
	assert.Regexp(t, `No room on this page: \d+ more findings\.`, page)
	elements(t, page)

	page = written(t, many(70, 199))
	assert.Less(t, len(page), 14<<20)
	assert.Regexp(t, `No room on this page: \d+ findings without their runs\.`, page)
	assert.Contains(t, page, "There is no room for its run on this page")
	assert.Contains(t, page, "message 69")
}

func TestLongRun(t *testing.T) {
	list := elements(t, written(t, many(1, 1000)))
	states, more := 0, ""
	for _, e := range list {
		if strings.HasPrefix(e.attr["class"], "state") && e.name == "article" {
			states++
		}
		if e.attr["class"] == "more" {
			more = e.text
		}
	}
	assert.Equal(t, ".. 800 more steps", more)
	assert.GreaterOrEqual(t, states, Steps)
}

// TestLongText: of a text that is too long the lines that matter are shown.
func TestLongText(t *testing.T) {
	r := sample.Report()
	f := &r.Files[0]
	f.Source = lsource.New(f.Source.Name, f.Source.Text+strings.Repeat("// filler\n", 4000)+"last line\n")
	page := written(t, r)
	assert.Contains(t, page, "Customer -&gt; Shop: order</code>")
	assert.NotContains(t, page, "last line")
	assert.Contains(t, page, "of 4006 lines")
	assert.Less(t, strings.Count(page, "// filler"), 100)
}

// TestTimersOfScopes: the timer that a scope arms stands beside its role until it fires.
func TestTimersOfScopes(t *testing.T) {
	r := verified(t, "ask.chor", `choreography Asking
role Client, Server
channels fifo 2

try {
  Client -> Server: ask
  within slow 1s at Client {
    Server -> Client: answer
  }
} on slow at Client { }
`, Steps+1)
	rows := r.Files[0].Rows()
	i := slices.IndexFunc(rows, func(r report.Row) bool { return len(r.Groups) > 0 })
	require.GreaterOrEqual(t, i, 0)
	b := builder{report: r}
	v := &file{ID: "1", report: &r.Files[0]}
	y, err := b.runOf(v, &rows[i].Groups[0], 1)
	require.NoError(t, err)
	var timers []string
	for _, s := range y.States {
		timers = append(timers, s.Roles[0].Timers.Text)
	}
	fires := slices.IndexFunc(rows[i].Groups[0].Finding.Trace, func(s verify.Step) bool { return s.Kind == "timeout" })
	asks := slices.IndexFunc(rows[i].Groups[0].Finding.Trace, func(s verify.Step) bool { return s.Kind == "send" && s.Role == 0 })
	require.Less(t, asks, fires)
	for k, text := range timers {
		want := ""
		if k > asks && k <= fires {
			want = "slow"
		}
		assert.Equal(t, want, text, "after %d steps", k)
	}

	// The cell of its timeout leads to that run.
	list := elements(t, written(t, r))
	at := slices.IndexFunc(list, func(e element) bool {
		return e.name == "h4" && strings.HasPrefix(e.text, "timeout slow of Client at line ")
	})
	require.GreaterOrEqual(t, at, 0)
	list = list[at:]
	list = list[:slices.IndexFunc(list, func(e element) bool { return e.name == "section" })]
	assert.True(t, slices.ContainsFunc(list, func(e element) bool { return e.attr["href"] == "#finding-1" }))
}
