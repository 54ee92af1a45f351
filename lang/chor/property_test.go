package chor

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/ltl"
	"chorcheck/model"
)

// TestProperties compares NAME.chor with NAME.out for all of testdata/properties: the formulas of the core, and
// what each atom is about. With UPDATE=1 in the environment it writes the latter.
func TestProperties(t *testing.T) {
	archives, err := filepath.Glob("testdata/properties/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		var updated []txtar.File
		for _, file := range archive.Files {
			name, ok := strings.CutSuffix(file.Name, ".chor")
			if !ok {
				continue
			}
			t.Run(filepath.Base(path)+"/"+name, func(t *testing.T) {
				low, diags := lowerText(string(file.Data), nil)
				for _, d := range diags {
					assert.Equal(t, diag.Warning, d.Severity, shown(d))
				}
				require.NotNil(t, low)
				got := showProperties(low)
				updated = append(updated, file, txtar.File{Name: name + ".out", Data: []byte(got)})
				if os.Getenv("UPDATE") != "" {
					return
				}
				i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name+".out" })
				require.GreaterOrEqual(t, i, 0)
				assert.Equal(t, string(archive.Files[i].Data), got)
			})
		}
		if os.Getenv("UPDATE") != "" && !t.Failed() {
			archive.Files = updated
			require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
		}
	}
}

func showProperties(low *Lowered) string {
	var b strings.Builder
	for _, p := range low.Properties {
		fmt.Fprintf(&b, "property %s: %s\n", p.Name, p.Text)
		number := func(i int) string { return fmt.Sprintf("p%d", i) }
		some := ""
		if p.Sometimes {
			some = "some run: "
		}
		fmt.Fprintf(&b, "  %s%s\n", some, ltl.Format(p.Formula, number, ltl.Words))
		for i := range p.Atoms {
			fmt.Fprintf(&b, "  p%d: %s = %s\n", i, p.Atoms[i].Text, showAtom(low.Choreography, &p.Atoms[i]))
		}
	}
	return b.String()
}

func showAtom(c *model.Choreography, a *model.Atom) string {
	kinds := []string{"sends", "receives", "raises", "handles", "fires", "crashes", "inside", "in handler", "done", "crashed", "failed", "armed", "compares", "empty", "full"}
	text := kinds[a.Kind]
	role := func(r model.RoleID) string {
		if r < 0 {
			return "-"
		}
		return c.Roles[r].Name
	}
	text += " " + role(a.Role) + " " + role(a.Peer)
	switch a.Kind {
	case model.AtomSends, model.AtomReceives:
		text += " " + c.Labels[a.Label]
	case model.AtomRaises:
		text += " " + c.Exceptions[a.Exception].Name
	case model.AtomFires, model.AtomArmed:
		text += fmt.Sprintf(" %s of %s", c.Timers[a.Timer].Name, role(c.Timers[a.Timer].Owner))
	case model.AtomInside:
		text += fmt.Sprintf(" #%d", a.Scope)
	case model.AtomHandles, model.AtomInHandler:
		text += fmt.Sprint(" ", a.Handlers)
	case model.AtomCompares:
		all := &model.Automata{Vars: slices.Clone(c.Vars)}
		for i := range all.Vars {
			all.Vars[i].Name = role(all.Vars[i].Owner) + "." + all.Vars[i].Name
		}
		text += " " + all.ExprText(a.Expr, nil)
	}
	return text
}

// TestPropertySpans: what is wrong with a formula is said of the right place.
func TestPropertySpans(t *testing.T) {
	const head = "choreography P\nparam n = 2\nrole A, B, W[n]\nvar tries at A: 0..3\nvar late at B: bool\nvar light at B: {red, green}\n" +
		"exception Unused\ntry pay {\n  A -> B: order\n  within slow at A {\n    B -> A: paid(tries := 1)\n  }\n  A -> W: job\n  raise Broken at A\n" +
		"} on slow at A {\n  A -> B: sorry\n} on Broken at A {\n  A -> B: sorry\n}\nlet late = true at B\nlet light = green at B\n" +
		"property p: // why\n  "
	for _, c := range []struct {
		formula, code, place, help string
	}{
		{"always (A sends order", "CH0371", "(", "write `)`"},
		{"always // of all\n  A sends order B", "CH0371", "B", ""},
		{"eventually X sends order", "CH0303", "X", ""},
		{"eventually W done", "CH0308", "W", "`W[0]`"},
		{"W[n] done", "CH0406", "n", ""},
		{"A[0] done", "CH0309", "0", ""},
		{"for all a in A: a done", "CH0309", "A", ""},
		{"for all a in Q: a done", "CH0303", "Q", ""},
		{"for all i in 0..m: W[i] done", "CH0304", "m", ""},
		{"for all i in 0..1: i", "CH0372", "i", ""},
		{"always within 5 steps for all i in 0..99999: W[i % n] done", "CH0372", "for all i in 0..99999: W[i % n] done", "split"},
		{"A done or tries", "CH0373", "tries", "`A.tries`"},
		{"A or B done", "CH0373", "A", "`A done`"},
		{"n or B done", "CH0373", "n", "`n == 0`"},
		{"A sends ordre", "CH0374", "ordre", "`order`"},
		{"A sends paid", "CH0374", "paid", "`B sends paid`"},
		{"A sends xylophone", "CH0374", "xylophone", "let `A` send it, or name a message that `A` sends, such as `"},
		{"A receives xylophone", "CH0374", "xylophone", "let somebody send it to `A`, or name a message that `A` receives, such as `"},
		{"A sends order to W[0]", "CH0374", "order", "`A sends order to B`"},
		{"A receives job", "CH0374", "job", "`W[0] receives job`"},
		{"W[0] sends job", "CH0374", "job", "`A sends job`"},
		{"A raises Brokn", "CH0375", "Brokn", "`Broken`"},
		{"every Brokn is handled", "CH0375", "Brokn", "`Broken`"},
		{"propagates Broken to X", "CH0303", "X", ""},
		{"A.sloww fires", "CH0376", "sloww", "`slow`"},
		{"A in pai", "CH0343", "pai", "`pay`"},
		{"A in pay.Unused", "CH0377", "Unused", "`pay.slow`"},
		{"A in pay.crash of B", "CH0377", "B", "`pay.slow`"},
		{"A.tires == 1", "CH0304", "tires", "`tries`"},
		{"A.late", "CH0304", "late", "`B`"},
		{"A.tries", "CH0401", "A.tries", "compare"},
		{"tries == 1", "CH0304", "tries", "`A.tries`"},
		{"A.tries == zero", "CH0304", "zero", "`0`"},
		{"A.tries == true", "CH0402", "A.tries == true", "one type"},
		{"A.tries == B.late", "CH0402", "A.tries == B.late", "one type"},
		{"B.light == blue", "CH0304", "blue", ""},
		{"red < B.light", "CH0401", "red", "`==`"},
		{"B.late < true", "CH0401", "B.late", "`==`"},
		{"A.tries + B.late == 1", "CH0401", "B.late", "number"},
		{"A.tries / (n - 2) == 1", "CH0404", "A.tries / (n - 2)", ""},
		{"n * 9223372036854775807 == A.tries", "CH0405", "n * 9223372036854775807", ""},
		{"empty(A -> A)", "CH0317", "A", ""},
		{"full(W[0] -> W[1])", "CH0374", "full(W[0] -> W[1])", "channel"},
	} {
		text := head + c.formula + "\n"
		_, diags := lowerText(text, nil)
		diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Severity == diag.Warning })
		if !assert.Len(t, diags, 1, c.formula) {
			continue
		}
		d := diags[0]
		assert.Equal(t, c.code, string(d.Code), "%s: %s", c.formula, shown(d))
		assert.Equal(t, c.place, text[d.Primary.Span.Start:d.Primary.Span.End], "%s: %s", c.formula, shown(d))
		assert.GreaterOrEqual(t, d.Primary.Span.Start, len(head), c.formula)
		assert.Contains(t, d.Help, c.help, c.formula)
	}
}

// TestTooManyAtoms: 64 atoms are possible in one part, 65 are not, and 4096 in all.
func TestTooManyAtoms(t *testing.T) {
	text := func(n int) string {
		return fmt.Sprintf("choreography P\nrole A, W[100]\nA -> W: m\nproperty p: eventually for some i in 1..%d: W[i] done\n", n)
	}
	low, diags := lowerText(text(64), nil)
	require.Empty(t, diags)
	assert.Len(t, low.Properties[0].Atoms, 64)
	_, diags = lowerText(text(65), nil)
	require.Len(t, diags, 1)
	assert.Equal(t, diag.TooManyAtoms, diags[0].Code)
	for _, f := range []string{"for all i in 1..65: eventually W[i] done", "sometimes eventually for some i in 1..65: W[i] done", "always (A done implies for all i in 1..65: eventually W[i] done)", "A done leads to for all i in 1..65: W[i] done"} {
		low, diags = lowerText("choreography P\nrole A, W[100]\nA -> W: m\nproperty p: "+f+"\n", nil)
		if strings.Contains(f, "leads") { // nothing that is joined by `and`
			require.Len(t, diags, 1, f)
			continue
		}
		require.Empty(t, diags, f)
		assert.Greater(t, len(low.Properties[0].Atoms), 64)
	}
}

// TestPropertiesOfDormantText: what stands in no run with these parameters is known all the same.
func TestPropertiesOfDormantText(t *testing.T) {
	const text = "choreography P\nparam n = 1\nrole A, B\nfor i in 1..n {\n  try s {\n    A -> B: m\n    within slow at A {\n      B -> A: k\n    }\n" +
		"  } on slow at A {}\n}\nA -> B: last\nproperty p: eventually A sends m and A in s.slow and slow fires and not A handles slow or empty(A -> B) or B sends k\n"
	_, diags := lowerText(text, nil)
	assert.Empty(t, diags)
	low, diags := lowerText(text, map[string]int64{"n": 0})
	for _, d := range diags {
		assert.Equal(t, diag.NeverTrue, d.Code, shown(d))
	}
	require.NotNil(t, low)
	assert.Len(t, low.Properties[0].Atoms, 1)
}

// TestPropertyWork: formulas about very many scopes, or very deep ones, end soon.
func TestPropertyWork(t *testing.T) {
	copies := "choreography P\nrole A, B\nrepeat 5000 {\n  try s {\n    A -> B: m\n    raise E at A\n  } on E at A {\n    A -> B: k\n  }\n}\n"
	deep := "choreography P\nrole A, B\n" + strings.Repeat("try {\nA -> B: m\nraise E at A\n} on E at A {\nraise again at A\n", 90) + strings.Repeat("}\n", 90)
	long := "choreography P\nparam n = 1\nrole A, B\nA -> B: m\n"
	for _, c := range []struct {
		text string
		code diag.Code
	}{
		{copies + "property p: for all i in 0..5000: A in s\n", diag.TooManyAtoms},
		{copies + "property p: for all i in 0..5000: A handles E\n", diag.FormulaExpansion},
		{copies + "property p: propagates E to B\n", diag.TooManyAtoms},
		{copies + "property p: for all i in 0..500: every E is handled\n", diag.FormulaExpansion},
		{deep + "property p: propagates E to B\n", ""},
		{long + "property p: for all i in 0..90000: n" + strings.Repeat(" + n", 900) + " > i\n", diag.FormulaExpansion},
	} {
		start := time.Now()
		_, diags := lowerText(c.text, nil)
		assert.Less(t, time.Since(start), 5*time.Second)
		var codes []diag.Code
		for _, d := range diags {
			if d.Severity == diag.Error {
				codes = append(codes, d.Code)
			}
		}
		if c.code == "" {
			assert.Empty(t, codes)
		} else {
			assert.Equal(t, []diag.Code{c.code}, codes)
		}
	}
}
