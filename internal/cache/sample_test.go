package cache

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/expect"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/report"
	"chorcheck/report/html"
	"chorcheck/report/json"
	"chorcheck/report/sarif"
	"chorcheck/report/text"
	"chorcheck/verify"
)

const specs = "../../specs/"

// question is one about a file.
func question(t testing.TB, path string, load lang.Options, opt verify.Options) *Question {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return ask(t, filepath.ToSlash(path), string(content), load, opt)
}

// ask is a question about a text.
func ask(t testing.TB, name, content string, load lang.Options, opt verify.Options) *Question {
	t.Helper()
	u := lang.Load(source.New(name, content), load)
	require.False(t, u.Rejected(), "%s: %v", name, u.Diagnostics)
	opt.Environments, opt.Interactions, opt.Properties = u.Environments, u.Interactions, u.Properties
	return &Question{Tool: "a program", Unit: u, Load: load, Options: opt}
}

func answer(t testing.TB, q *Question) *verify.Result {
	t.Helper()
	r, err := verify.Verify(context.Background(), q.Unit.Automata, q.Options)
	require.NoError(t, err)
	return r
}

// full is a question whose answer has everything that a result can have.
func full(t testing.TB) *Question {
	return question(t, specs+"failures/payment.chor", lang.Options{}, usual())
}

// reports renders a result in all the ways that read different parts of it.
func reports(t testing.TB, q *Question, r *verify.Result) string {
	t.Helper()
	u := q.Unit
	f := report.File{
		Source: u.File, Format: u.Format, Choreography: u.Name, Automata: u.Automata, Diagnostics: u.Diagnostics, Places: u.Places,
		Settings: report.Settings{Params: u.Params, Channels: u.Automata.Channels.Default.String()},
		Result:   r, Coverage: q.Options.Coverage, Expectations: expect.Compare(u, r, true),
	}
	all := &report.Report{Version: "test", Files: []report.File{f}}
	var b bytes.Buffer
	text.Write(&b, all, text.Style{FullTrace: true, Witness: true})
	require.NoError(t, json.Write(&b, all))
	require.NoError(t, sarif.Write(&b, all))
	if strings.Contains(u.File.Name, "failures") { // a page is large
		require.NoError(t, html.Write(&b, all))
	}
	return b.String()
}

// usual are the options of the command line with all that can be asked for.
func usual() verify.Options {
	return verify.Options{Engine: verify.Auto, Reduce: verify.AutoReduce(nil, nil, true), Coverage: true, Course: 10}
}
