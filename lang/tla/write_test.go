package tla_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/diag"
	"chorcheck/lang/fsa"
	"chorcheck/lang/source"
	"chorcheck/lang/tla"
	"chorcheck/model"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

func load(t *testing.T, text string) (*model.Automata, *model.Environment) {
	t.Helper()
	var bag diag.Bag
	p := fsa.Parse(source.New("test.fsa", text), nil, &bag)
	require.NotNil(t, p, "%v", bag.Sorted())
	p.Automata.Name = "Test"
	if len(p.Environments) == 0 {
		return p.Automata, nil
	}
	return p.Automata, p.Environments[0]
}

// TestGolden: each archive has automata and the module that is written for them.
// UPDATE_GOLDEN=1 writes the modules anew.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			a, env := load(t, string(archive.Files[0].Data))
			var b bytes.Buffer
			require.NoError(t, tla.Write(&b, a, env, tla.Options{}))
			wellFormed(t, b.String())
			if os.Getenv("UPDATE_GOLDEN") != "" {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "Test.tla", Data: b.Bytes()})
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			require.Len(t, archive.Files, 2)
			require.Equal(t, string(archive.Files[1].Data), b.String())
		})
	}
}

var (
	definition = regexp.MustCompile(`(?m)^([A-Za-z]\w*)(?:\([a-z, ]+\))? ==`)
	word       = regexp.MustCompile(`\b[A-Za-z]\w*\b`)
	primed     = regexp.MustCompile(`(?m)^  /\\ (\w+)' = `)
	unchanged  = regexp.MustCompile(`UNCHANGED <<([^>]*)>>`)
	quotes     = regexp.MustCompile(`"[^"]*"`)
)

// wellFormed looks for what makes a module useless: brackets that do not match, names
// that nobody defines, and actions that leave open, or say twice, what a variable becomes.
func wellFormed(t *testing.T, module string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(module) {
		if !strings.HasPrefix(line, "\\*") && !strings.HasPrefix(line, "(*") {
			lines = append(lines, line)
		}
	}
	text := quotes.ReplaceAllString(strings.Join(lines, ""), `""`)
	require.Regexp(t, `^---- MODULE \w+ ----\n`, text)
	require.True(t, strings.HasSuffix(text, "\n====\n"))
	for _, pair := range []string{"()", "[]"} {
		require.Equal(t, strings.Count(text, pair[:1]), strings.Count(text, pair[1:]), pair)
	}
	require.Equal(t, strings.Count(text, "<<"), strings.Count(text, ">>"))

	known := map[string]bool{}
	for _, w := range strings.Fields("MODULE EXTENDS Integers Sequences VARIABLES IF THEN ELSE EXCEPT UNCHANGED Len Head Tail Append SubSeq TRUE FALSE ENABLED in div o x y cell") {
		known[w] = true
	}
	_, rest, ok := strings.Cut(text, "VARIABLES\n")
	require.True(t, ok)
	list, _, _ := strings.Cut(rest, "\n\n")
	vars := word.FindAllString(list, -1)
	for _, v := range vars {
		require.False(t, known[v], "%s is declared twice", v)
		known[v] = true
	}
	for _, m := range definition.FindAllStringSubmatch(text, -1) {
		require.False(t, known[m[1]], "%s is defined twice", m[1])
		known[m[1]] = true
	}
	name := strings.Fields(text)[2]
	for _, w := range word.FindAllString(text, -1) {
		require.True(t, known[w] || w == name, "%s is not defined", w)
	}
	for _, block := range strings.Split(text, "\n\n") {
		if !strings.HasPrefix(block, "Step") && !strings.HasPrefix(block, "Fault") || !strings.Contains(block, "'") {
			continue
		}
		said := map[string]int{}
		for _, m := range primed.FindAllStringSubmatch(block, -1) {
			said[m[1]]++
		}
		if m := unchanged.FindStringSubmatch(block); m != nil {
			for _, v := range strings.Split(m[1], ", ") {
				said[v]++
			}
		}
		for _, v := range vars {
			require.Equal(t, 1, said[v], "%s in\n%s", v, block)
		}
		require.Len(t, said, len(vars))
	}
}

func TestRandomAutomataAreWellFormed(t *testing.T) {
	written := 0
	for seed := range 60 {
		a := naive.Automata().Example(seed)
		env := &model.Environment{Name: "e", Limit: 2, Limits: map[model.FaultKind]int{model.Loss: 1}, Faults: []model.Fault{
			{Kind: model.Crash, Role: 0, Peer: -1, Recovers: true}, {Kind: model.Silence, Role: 1, Peer: -1},
			{Kind: model.Loss, Role: 0, Peer: 1}, {Kind: model.Duplicate, Role: 0, Peer: 1}, {Kind: model.Reorder, Role: 1, Peer: 0},
			{Kind: model.Disconnect, Role: 0, Peer: 1}, {Kind: model.Partition, Role: -1, Peer: -1, Groups: [][]model.RoleID{{0}, {1}}},
		}}
		var first, second bytes.Buffer
		var refused *tla.ExportError
		if err := tla.Write(&first, a, env, tla.Options{}); errors.As(err, &refused) {
			continue
		}
		written++
		require.NoError(t, tla.Write(&second, a, env, tla.Options{}))
		require.Equal(t, first.String(), second.String())
		wellFormed(t, first.String())
	}
	require.Greater(t, written, 30)
}

func TestNamesOfModules(t *testing.T) {
	a, _ := load(t, ".outputs A\n.state graph\n0 tau 1\n.marking 0\n.end\n")
	head := func(name, module string) string {
		a.Name = name
		var b bytes.Buffer
		require.NoError(t, tla.Write(&b, a, nil, tla.Options{Module: module}))
		wellFormed(t, b.String())
		first, _, _ := strings.Cut(b.String(), "\n")
		return first
	}
	require.Equal(t, "---- MODULE Payment ----", head("Payment", ""))
	require.Equal(t, "---- MODULE Other ----", head("Payment", "Other"))
	require.Equal(t, "---- MODULE Payment ----", head("Payment", "saga-2"))
	require.Equal(t, "---- MODULE Automata_saga_x2d_2 ----", head("saga-2", "12"))
}

func TestScopesAreRefused(t *testing.T) {
	a, _ := load(t, ".outputs A\n.state graph\n0 tau 1\n.marking 0\n.end\n")
	a.Machines[0].Transitions[0].Kind = model.EndRaise
	require.EqualError(t, tla.Write(io.Discard, a, nil, tla.Options{}),
		"cannot write a TLA+ module: A raises exceptions, and a TLA+ module has no words for that")
}
