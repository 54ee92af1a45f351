package dot_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/dot"
	"chorcheck/model"
)

// accepted has Graphviz read a text, if it is there.
func accepted(t *testing.T, text string) {
	t.Helper()
	if _, err := exec.LookPath("dot"); err != nil {
		return
	}
	cmd := exec.Command("dot", "-Tplain")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.NotContains(t, string(out), "Warning", "%s", text)
}

func TestWriteStates(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dot.WriteStates(&b, "Pay", []dot.State{
		{Lines: []string{"A: 0", `B: \l"x"`}},
		{Lines: []string{"A: 1"}, Kind: dot.Done},
		{Lines: []string{"A: 2"}, Kind: dot.Stuck},
		{Lines: []string{"A: 3"}, Kind: dot.Deadlock},
	}, []dot.Step{{0, 1, "A -> B: order", false}, {0, 3, "Bank crashes", true}, {1, 2, "Bank <- Shop: order (handler slow at Shop of scope pay)", false}}))
	text := b.String()
	_, body, ok := strings.Cut(text, "\n\n")
	require.True(t, ok)
	require.Equal(t, `  start [shape=point class=solid label=""]
  start -> s0
  s0 [label="A: 0\lB: \\l\"x\"\l"]
  s1 [label="A: 1\l" class=good color=green4 penwidth=2]
  s2 [label="A: 2\l" class=warn color=orange3 penwidth=2]
  s3 [label="A: 3\l" class=bad color=red3 style=filled peripheries=2 penwidth=2]
  s0 -> s1 [label="A -> B: order"]
  s0 -> s3 [label="Bank crashes" class=bad color=red3 style=dashed]
  s1 -> s2 [label="Bank <- Shop: order (handler\nslow at Shop of scope pay)"]
}
`, body)
	accepted(t, text)
}

// everything is a protocol with each kind of statement. Its names are as bad as can be.
func everything(name func(string) string) *model.Choreography {
	say := func(from, to model.RoleID, label model.LabelID) model.Stmt {
		return &model.Interaction{From: from, To: to, Label: label}
	}
	again := &model.Rec{Name: name("Again")}
	again.Body = model.Seq{&model.Choice{At: 0, Branches: []model.Branch{
		{Guard: &model.Expr{Op: model.OpLt, X: model.Ref(0), Y: model.Const(2)}, Body: model.Seq{
			&model.Interaction{From: 0, To: 1, Label: 0, Values: []*model.Expr{model.Ref(0)}, Stores: []model.VarID{1}},
			&model.Let{At: 0, Var: 0, Value: model.Const(1)},
			&model.Continue{Target: again},
		}},
		{Body: nil},
	}}}
	return &model.Choreography{
		Name: name("All"), Roles: []model.Role{{Name: name("A")}, {Name: name("B")}}, Labels: []string{name("m"), name("n")},
		Vars: []model.Var{{Name: name("x"), Domain: model.Domain{High: 2}}, {Name: name("y"), Owner: 1, Domain: model.Domain{High: 2}}},
		Body: model.Seq{
			again,
			&model.Par{Threads: []model.Seq{{say(0, 1, 0)}, {say(1, 0, 1)}, nil}},
			&model.Loop{At: 1, Body: model.Seq{&model.Delay{At: 1}}},
			&model.Try{
				Scope: 0, Ignores: []model.IgnoreMessage{{At: 1, Label: 1}},
				Body: model.Seq{
					&model.Within{Timer: 0, At: 0},
					&model.Choice{At: 0, Branches: []model.Branch{{Body: model.Seq{&model.RaiseStmt{At: 0, Exception: 0}}}, {Body: model.Seq{say(0, 1, 1)}}}},
				},
				Handlers: []model.Seq{{&model.RaiseAgain{At: 0}}, {say(0, 1, 0)}},
			},
			&model.End{At: 1},
		},
		Structure: model.Structure{
			Scopes: []model.Scope{{Name: name("pay"), Agreed: true, DiscardLate: true, Handlers: []model.Handler{{Exception: 0, At: 0}, {Any: true, At: 1}}}},
			Timers: []model.Timer{{Name: name("slow")}}, Exceptions: []model.Exception{{Name: name("Bad")}},
		},
	}
}

func TestWriteChoreography(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dot.WriteChoreography(&b, everything(func(s string) string { return s })))
	text := b.String()
	for _, part := range []string{
		`n1 [label="rec Again"`, `n2 [label="choice\nA"`, `n3 [label="A -> B\nm(x)"`, `n4 [label="A: x := 1"`,
		`n1 -> n4 [label="" dir=back]`, `n2 -> n3 [label="x < 2"]`, // jumps point upwards
		`n2 -> n5 [label=""]`, `n5 -> n8 [label=""]`, // an empty branch, and an empty thread
		`n9 [label="loop\nB"`, `n9 -> n10 [label="again"]`, `n9 -> n10 [label="" dir=back]`, `n10 [label="B: delay"`,
		`label="try pay, agreed, discard late\nB ignores n" class=calm`, `label="within slow at A" class=mute`, `n11 [label="nothing"`,
		`n13 [label="A raises\nBad"`, `n15 [label="on Bad\nat A"`, `n17 [label="on any exception\nat B"`,
		`n11 -> n15 [label="" ltail=cluster_0 class=warn`, `n11 -> n17 [label="" ltail=cluster_0 class=warn`,
		`n16 [label="A raises\nit again"`, `n14 -> n19 [label=""]`, `n18 -> n19 [label=""]`, `n19 [label="B ends"`, `n19 -> n20 [label=""]`,
	} {
		assert.Contains(t, text, part)
	}
	assert.NotContains(t, text, "n13 ->")
	assert.NotContains(t, text, "n16 ->")
	accepted(t, text)
}

// Nothing in a name is taken for the language, and nothing is as long as it wants.
func TestHostileNames(t *testing.T) {
	for _, hostile := range []string{`\N\G\l\r\"`, `"];}`, "<b>&lt;&amp;</b>", "a\nb\r\x1b[2J\u202e\u2028", "-->", strings.Repeat("long", 2500), "\xff\xfe", "<<table>>", ""} {
		bad := func(s string) string { return s + hostile }
		for _, write := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return dot.WriteChoreography(b, everything(bad)) },
			func(b *bytes.Buffer) error {
				return dot.WriteStates(b, bad("All"), []dot.State{{Lines: []string{bad("A")}}}, []dot.Step{{0, 0, bad("m"), false}})
			},
			func(b *bytes.Buffer) error {
				a := sample()
				a.Name, a.Roles[0].Name, a.Labels[0], a.Machines[0].States[0].Name = bad("All"), bad("A"), bad("m"), bad("q")
				return dot.Write(b, a, nil)
			},
		} {
			var b bytes.Buffer
			require.NoError(t, write(&b))
			accepted(t, b.String())
			for line := range strings.Lines(b.String()) {
				assert.Less(t, len(line), 1500)
				assert.NotContains(t, strings.TrimSuffix(line, "\n"), "\x1b")
				assert.NotContains(t, line, "\u202e")
				assert.NotContains(t, line, "label=<")
			}
			assert.NotContains(t, b.String(), "&lt;")
		}
	}
}

func TestManyLinesAreCut(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dot.WriteStates(&b, "", []dot.State{{Lines: strings.Split(strings.Repeat("A: 1\n", 500), "\n")}}, nil))
	assert.Equal(t, 24, strings.Count(b.String(), "A: 1"))
	assert.Contains(t, b.String(), `…\l"]`)
}
