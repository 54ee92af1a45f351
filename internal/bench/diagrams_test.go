package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
)

func TestReadReport(t *testing.T) {
	m := &measured{}
	require.NoError(t, m.read([]byte(`{"files": [{"diagnostics": [],
		"results": [{"check": "deadlock", "verdict": "holds", "reason": ""}],
		"statistics": [{"engine": "symbolic", "states": 591202331206467668024391809769733564001, "nodes": 7, "peak_nodes": 9, "elapsed_ms": 500}]}]}`)))
	require.Equal(t, "591202331206467668024391809769733564001", m.states.String())
	require.Equal(t, "5.9e+38", short(m.states))
	require.Equal(t, [2]int{7, 9}, [2]int{m.nodes, m.peakNodes})
	require.InDelta(t, 0.5, m.elapsed, 0)
	m.seconds, m.bytes = 2, 3<<20
	require.Equal(t, "2.00 | 3", m.cost())
	require.Equal(t, "7.8", m.ratio("15.6"))
	require.Empty(t, m.ratio(""))

	m = &measured{seconds: 60}
	require.NoError(t, m.read([]byte(`{"files": [{"results": [{"verdict": "holds"}, {"verdict": "inconclusive", "reason": "time"}],
		"statistics": [{"engine": "symbolic", "states": 0}]}]}`)))
	require.Equal(t, "not decided after 60: time | 0", m.cost())
	require.Empty(t, m.ratio("15.6"))

	require.ErrorContains(t, (&measured{}).read([]byte(`{"files": [{"diagnostics": [{"message": "too many"}]}]}`)), "too many")
	require.Error(t, (&measured{}).read([]byte(`{"files": []}`)))
	require.Error(t, (&measured{}).read(nil))
}

// A stand-in for chorcheck: what is measured is the process that was started.
func TestVerifyMeasuresAProcess(t *testing.T) {
	c := &command{path: "./no-such-command", dir: t.TempDir()}
	_, err := c.verify("x")
	require.ErrorIs(t, err, os.ErrNotExist)
	path, err := c.text("text")
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "text", string(text))
	c.path = "/bin/false" // says nothing, and ends with an error
	_, err = c.verify("x")
	require.Error(t, err)
}

func TestGrowth(t *testing.T) {
	var cube, double curve
	for n := 3.0; n < 20; n++ {
		cube.add(n, 5*math.Pow(n, 3))
		double.add(n, 7*math.Pow(2, n))
	}
	require.Contains(t, cube.growth(), "as n^3.0 (1.000;")
	require.Contains(t, double.growth(), "as 2.0^n (1.000;")
	few := curve{x: []float64{1, 2}, y: []float64{1, 2}}
	require.Equal(t, "too few points", few.growth())
	flat, fit := slope([]float64{1, 2, 3}, []float64{2, 2, 2})
	require.Equal(t, []float64{0, 1}, []float64{flat, fit})
	require.InDelta(t, 1e30, asFloat(new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)), 1e20)
}

func TestPlot(t *testing.T) {
	for length, want := range map[float64]float64{0: 1, 7: 1, 12: 1, 13: 2, 35: 5, 300: 50, 1300: 200} {
		require.InDelta(t, want, tick(length), 0)
	}
	for _, curves := range [][]curve{
		{{name: "a < b", x: []float64{3, 10}, y: []float64{1, 1e6}}, {name: "none"}, {name: "c", x: []float64{5}, y: []float64{0.5}}},
		{{name: "one point", x: []float64{1}, y: []float64{1}}},
		nil,
	} {
		text := plot("x & y", curves)
		d := xml.NewDecoder(strings.NewReader(text))
		shapes := map[string]int{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			if start, ok := token.(xml.StartElement); ok {
				shapes[start.Name.Local]++
			}
		}
		points, lines := 0, 0
		for _, c := range curves {
			points += len(c.x)
			lines += min(len(c.x), 1)
		}
		require.Equal(t, points, shapes["circle"])
		require.Equal(t, lines, shapes["polyline"])
		require.NotContains(t, text, "NaN")
		require.NotContains(t, text, "Inf")
	}
}

func TestOrderTable(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, orderTable(&out, []ordered{{name: "pipeline-3", text: pipeline(3, 2)}, {name: "saga-2", text: saga(2), faults: "crash S0"}}))
	require.Contains(t, out.String(), "### pipeline-3\n\n| order |")
	require.Contains(t, out.String(), "### saga-2, `crash S0`\n\n| order |")
	require.Contains(t, out.String(), "\n| depth-first, reversed |")
	require.NotContains(t, out.String(), "over")
	require.Error(t, orderTable(io.Discard, []ordered{{name: "g", text: "nonsense"}}))
}

// standIn is a script in place of chorcheck that always prints the same report.
func standIn(t *testing.T, states string) *command {
	t.Helper()
	c := &command{dir: t.TempDir()}
	c.path = c.dir + "/chorcheck"
	report := `{"files": [{"results": [{"verdict": "holds"}], "statistics": [{"engine": "symbolic", "states": ` + states + `, "nodes": 44, "peak_nodes": 99, "elapsed_ms": 2}]}]}`
	require.NoError(t, os.WriteFile(c.path, []byte("#!/bin/sh\necho '"+report+"'\nexit 1\n"), 0o700))
	return c
}

func TestTables(t *testing.T) {
	c := standIn(t, "12")
	var out bytes.Buffer
	text := func() string { return saga(1) }
	require.NoError(t, diagramTable(&out, c, []member{{name: "one", text: text, known: "12", ltsmin: "100", remark: "otherwise"}, {name: "two", text: text}}))
	require.Contains(t, out.String(), "\n| one | 12 | 44 | 99 | ")
	require.Contains(t, out.String(), " | 100 (otherwise) | ")
	require.ErrorContains(t, diagramTable(io.Discard, c, []member{{name: "one", text: text, known: "13"}}), "one has 13 states, not 12")

	curves, err := growth(&out, c, []growing{{name: "saga", text: saga, parameters: []int{1, 2, 3}}})
	require.NoError(t, err)
	require.Equal(t, curve{name: "saga: nodes", x: []float64{1, 2, 3}, y: []float64{44, 44, 44}}, curves[0])
	require.Contains(t, out.String(), "\n| saga-3 | 12 | 44 | 99 | ")
	require.Contains(t, out.String(), "\n* saga: nodes: as n^0.0")
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.HasPrefix(line, "| one") || strings.HasPrefix(line, "| protocol | states | nodes | at most | deadlock") {
			require.Equal(t, 13, strings.Count(line, "|"), line)
		}
	}

	out.Reset()
	require.NoError(t, manyRolesTable(&out, c))
	require.Contains(t, out.String(), "\n| specs/token-ring.chor, n=19 | 20 | auto | symbolic | 12 | 99 | ")
}

// The protocols of many roles are there, and have so many roles.
func TestManyRoles(t *testing.T) {
	for _, p := range manyRoles {
		text, err := os.ReadFile("../../" + p.path)
		require.NoError(t, err)
		name, value, _ := strings.Cut(p.set[0], "=")
		n, err := strconv.ParseInt(value, 10, 64)
		require.NoError(t, err)
		u := lang.Load(source.New(p.path, string(text)), lang.Options{Set: map[string]int64{name: n}, Faults: threeFaults})
		require.False(t, u.Rejected(), "%v", u.Diagnostics)
		require.Len(t, u.Automata.Roles, p.roles, p.path)
	}
}
