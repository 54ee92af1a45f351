package chor

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// lowerText parses and lowers a text that may be bad.
func lowerText(text string, set map[string]int64) (*Lowered, []diag.Diagnostic) {
	var bag diag.Bag
	low := Lower(Parse(source.New("test.chor", text), &bag), Options{Set: set}, &bag)
	return low, bag.Sorted()
}

// TestResolve runs testdata/resolve: the diagnostics of each text must be those
// that `// want CH0304 "regexp"` announces on their lines, neither more nor less.
func TestResolve(t *testing.T) {
	archives, err := filepath.Glob("testdata/resolve/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".want") {
				continue
			}
			t.Run(filepath.Base(path)+"/"+file.Name, func(t *testing.T) {
				text := string(file.Data)
				wants := wanted(t, archive, file.Name, text)
				src := source.New("test.chor", text)
				low, diags := lowerText(text, nil)
				failed := false
			next:
				for _, d := range diags {
					failed = failed || d.Severity == diag.Error
					if d.Code >= "CH03" {
						assert.NotEmpty(t, d.Help, d.Message)
					}
					line := src.Position(d.Primary.Span.Start).Line
					for i, w := range wants {
						if w.line == line && w.code == string(d.Code) && w.pattern.MatchString(shown(d)) {
							wants = slices.Delete(wants, i, i+1)
							continue next
						}
					}
					t.Errorf("line %d: not wanted: %s", line, shown(d))
				}
				for _, w := range wants {
					t.Errorf("line %d: missing: %s %q", w.line, w.code, w.pattern)
				}
				assert.Equal(t, failed, low == nil)
			})
		}
	}
}

// shown is all that a diagnostic says, in one line.
func shown(d diag.Diagnostic) string {
	text := d.Error()
	for _, l := range d.Secondary {
		text += " / " + l.Text
	}
	return text + " // " + d.Help
}

// TestLower compares NAME.chor with NAME.out for all of testdata/lower. With
// UPDATE=1 in the environment it writes the latter.
func TestLower(t *testing.T) {
	archives, err := filepath.Glob("testdata/lower/*.txtar")
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
				text := string(file.Data)
				low, diags := lowerText(text, nil)
				require.Empty(t, diags)
				checkStructure(t, low)
				got := show(low, source.New("test.chor", text))
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

// show prints a lowered choreography as indented text, with the line of each origin.
func show(low *Lowered, src *source.File) string {
	var b strings.Builder
	c := low.Choreography
	line := func(o model.Origin) int { return src.Position(low.Places[o].Start).Line }
	fmt.Fprintf(&b, "choreography %s\n", c.Name)
	for _, p := range low.Params {
		fmt.Fprintf(&b, "param %s = %d\n", p.Name, p.Value)
	}
	for _, r := range c.Roles {
		fmt.Fprintf(&b, "role %s (%q %d) @%d\n", r.Name, r.Array, r.Index, line(r.Origin))
	}
	for _, v := range c.Vars {
		fmt.Fprintf(&b, "var %s at %s: %d..%d %v = %d\n", v.Name, c.Roles[v.Owner].Name, v.Domain.Low, v.Domain.High, v.Domain.Names, v.Init)
	}
	fmt.Fprintf(&b, "channels %s\n", c.Channels.Default)
	for from := range c.Roles {
		for to := range c.Roles {
			if ch, ok := c.Channels.Pairs[model.Pair{From: model.RoleID(from), To: model.RoleID(to)}]; ok {
				fmt.Fprintf(&b, "channel %s -> %s: %s\n", c.Roles[from].Name, c.Roles[to].Name, ch)
			}
		}
	}
	name := func(r model.RoleID) string { return c.Roles[r].Name }
	var expr func(x *model.Expr) string
	expr = func(x *model.Expr) string {
		switch x.Op {
		case model.OpConst:
			return fmt.Sprint(x.Value)
		case model.OpVar:
			return name(c.Vars[x.Var].Owner) + "." + c.Vars[x.Var].Name
		case model.OpNeg:
			return "-" + expr(x.X)
		case model.OpNot:
			return "not " + expr(x.X)
		}
		ops := [...]string{"", "", "", "", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"}
		return "(" + expr(x.X) + " " + ops[x.Op] + " " + expr(x.Y) + ")"
	}
	recs := map[*model.Rec]int{}
	var seq func(s model.Seq, indent string)
	seq = func(s model.Seq, indent string) {
		for _, st := range s {
			b.WriteString(indent)
			deeper := indent + "  "
			switch n := st.(type) {
			case *model.Interaction:
				fmt.Fprintf(&b, "%s -> %s: %s", name(n.From), name(n.To), c.Labels[n.Label])
				for i, v := range n.Values {
					fmt.Fprintf(&b, " %s.%s := %s", name(c.Vars[n.Stores[i]].Owner), c.Vars[n.Stores[i]].Name, expr(v))
				}
				fmt.Fprintf(&b, " @%d\n", line(n.Origin))
			case *model.Choice:
				fmt.Fprintf(&b, "choice at %s @%d\n", name(n.At), line(n.Origin))
				for _, br := range n.Branches {
					guard := "true"
					if br.Guard != nil {
						guard = expr(br.Guard)
					}
					fmt.Fprintf(&b, "%sbranch %s @%d\n", indent, guard, line(br.Origin))
					seq(br.Body, deeper)
				}
			case *model.Par:
				fmt.Fprintf(&b, "par @%d\n", line(n.Origin))
				for i, th := range n.Threads {
					id := ""
					if n.IDs != nil {
						id = fmt.Sprintf(" %d", n.IDs[i])
					}
					fmt.Fprintf(&b, "%sthread%s\n", indent, id)
					seq(th, deeper)
				}
			case *model.Loop:
				fmt.Fprintf(&b, "loop at %s @%d\n", name(n.At), line(n.Origin))
				seq(n.Body, deeper)
			case *model.Rec:
				recs[n] = len(recs) + 1
				fmt.Fprintf(&b, "rec %s#%d @%d\n", n.Name, recs[n], line(n.Origin))
				seq(n.Body, deeper)
			case *model.Continue:
				fmt.Fprintf(&b, "continue #%d @%d\n", recs[n.Target], line(n.Origin))
			case *model.Let:
				fmt.Fprintf(&b, "let %s.%s = %s @%d\n", name(n.At), c.Vars[n.Var].Name, expr(n.Value), line(n.Origin))
			case *model.End:
				fmt.Fprintf(&b, "end at %s @%d\n", name(n.At), line(n.Origin))
			case *model.Delay:
				fmt.Fprintf(&b, "wait at %s @%d\n", name(n.At), line(n.Origin))
			case *model.RaiseStmt:
				fmt.Fprintf(&b, "raise %s at %s @%d\n", c.Exceptions[n.Exception].Name, name(n.At), line(n.Origin))
			case *model.RaiseAgain:
				fmt.Fprintf(&b, "raise again at %s @%d\n", name(n.At), line(n.Origin))
			case *model.Within:
				fmt.Fprintf(&b, "within #%d at %s @%d\n", n.Timer, name(n.At), line(n.Origin))
				seq(n.Body, deeper)
			case *model.Try:
				fmt.Fprintf(&b, "try #%d @%d\n", n.Scope, line(n.Origin))
				seq(n.Body, deeper)
				for i, h := range n.Handlers {
					x := c.Scopes[n.Scope].Handlers[i]
					what := "any"
					if !x.Any {
						what = c.Exceptions[x.Exception].Name
					}
					fmt.Fprintf(&b, "%son %s at %s @%d\n", indent, what, name(x.At), line(x.Origin))
					seq(h, deeper)
				}
				for _, i := range n.Ignores {
					fmt.Fprintf(&b, "%signore %s at %s @%d\n", indent, c.Labels[i.Label], name(i.At), line(i.Origin))
				}
			}
		}
	}
	seq(c.Body, "")
	showStructure(&b, low, line)
	b.WriteString("interactions")
	for _, o := range low.Interactions {
		p := src.Position(low.Places[o].Start)
		fmt.Fprintf(&b, " %d:%d", p.Line, p.Column)
	}
	b.WriteString("\n")
	return b.String()
}

// showStructure prints scopes, exceptions, timers, and what environments do.
func showStructure(b *strings.Builder, low *Lowered, line func(model.Origin) int) {
	c := low.Choreography
	names := func(ids []model.RoleID) string {
		var list []string
		for _, id := range ids {
			list = append(list, c.Roles[id].Name)
		}
		return strings.Join(list, ", ")
	}
	for i, s := range c.Scopes {
		fmt.Fprintf(b, "scope #%d %q in %d", i, s.Name, s.Outer)
		for _, word := range []struct {
			on   bool
			text string
		}{{s.DiscardLate, "discard late"}, {s.Agreed, "agreed"}, {s.Looped, "looped"}} {
			if word.on {
				b.WriteString(" " + word.text)
			}
		}
		fmt.Fprintf(b, " thread %d @%d\n", s.Thread, line(s.Origin))
	}
	if c.Positions != nil {
		fmt.Fprintf(b, "positions %v threads %v\n", c.Positions, c.Threads)
	}
	for _, x := range c.Exceptions {
		fmt.Fprintf(b, "exception %s: %s @%d\n", x.Name, [...]string{"business", "timer", "crash"}[x.Kind], line(x.Origin))
	}
	for i, t := range c.Timers {
		fmt.Fprintf(b, "timer #%d %s at %s raises %s @%d\n", i, t.Name, c.Roles[t.Owner].Name, c.Exceptions[t.Exception].Name, line(t.Origin))
	}
	for _, p := range c.EndPoints {
		fmt.Fprintf(b, "end point %s at %s @%d\n", c.Exceptions[p.Exception].Name, c.Roles[p.Role].Name, line(p.Origin))
	}
	if len(low.Environments) == 1 && low.Environments[0].Name == "calm" && low.Environments[0].Origin == 0 {
		return
	}
	for _, e := range low.Environments {
		fmt.Fprintf(b, "environment %s", e.Name)
		if e.Limit >= 0 {
			fmt.Fprintf(b, " at most %d", e.Limit)
		}
		for k := range model.FaultKinds {
			if n, ok := e.Limits[k]; ok {
				fmt.Fprintf(b, " at most %d %s", n, k)
			}
		}
		fmt.Fprintf(b, " @%d\n", line(e.Origin))
		for _, f := range e.Faults {
			fmt.Fprintf(b, "  %s", f.Kind)
			switch f.Kind {
			case model.RaiseFault:
				b.WriteString(" " + c.Exceptions[f.Exception].Name)
			case model.Stray:
				b.WriteString(" " + c.Labels[f.Label])
			}
			if f.Role >= 0 {
				b.WriteString(" " + c.Roles[f.Role].Name)
			}
			if f.Peer >= 0 {
				b.WriteString(" to " + c.Roles[f.Peer].Name)
			}
			for i, g := range f.Groups {
				b.WriteString([]string{" ", " | "}[min(i, 1)] + names(g))
			}
			if f.Recovers {
				b.WriteString(" recovers")
			}
			if f.During != nil {
				fmt.Fprintf(b, " during %v", f.During)
			}
			fmt.Fprintf(b, " @%d\n", line(f.Origin))
		}
	}
}

func TestSet(t *testing.T) {
	const text = "choreography P\nparam n = 2\nparam twice = n * 2\nrole A, W[twice]\nA -> W: m\n"
	low, diags := lowerText(text, map[string]int64{"n": 3})
	require.Empty(t, diags)
	assert.Equal(t, []Param{{"n", 3}, {"twice", 6}}, low.Params)
	assert.Len(t, low.Choreography.Roles, 7)
	assert.Len(t, low.Choreography.Body, 6)

	low, diags = lowerText(text, map[string]int64{"twixe": 1, "m": 1})
	assert.Nil(t, low)
	require.Len(t, diags, 2)
	for _, d := range diags {
		assert.Equal(t, diag.UnknownSetting, d.Code)
		assert.Equal(t, 0, d.Primary.Span.Start)
	}
	assert.Contains(t, shown(diags[1]), "did you mean `twice`?")

	low, diags = lowerText(text, map[string]int64{"n": 0})
	assert.Nil(t, low)
	require.Len(t, diags, 1)
	assert.Equal(t, diag.BadArraySize, diags[0].Code)

	low, diags = lowerText(text, map[string]int64{"n": 1 << 62})
	assert.Nil(t, low)
	require.Len(t, diags, 1)
	assert.Equal(t, diag.ArithmeticOverflow, diags[0].Code)
}

// TestLimits gives texts that would unroll to far too much. Each gets one error at once.
func TestLimits(t *testing.T) {
	const head = "choreography P\nrole A, B\n"
	chain := func(n int, call string) string {
		var b strings.Builder
		b.WriteString(head)
		fmt.Fprintf(&b, "protocol P%d(a, b) { a -> b: m }\n", n)
		for i := range n {
			fmt.Fprintf(&b, "protocol P%d(a, b) { %s }\n", i, strings.ReplaceAll(call, "NEXT", fmt.Sprintf("perform P%d(a, b)", i+1)))
		}
		b.WriteString("perform P0(A, B)\n")
		return b.String()
	}
	params := func(n int) string {
		var b strings.Builder
		b.WriteString("choreography P\n")
		for i := range n {
			fmt.Fprintf(&b, "param p%d = p%d\n", i, i+1)
		}
		fmt.Fprintf(&b, "param p%d = 1\nrole A[p0]\nfor a in A { a -> A: m }\n", n)
		return b.String()
	}
	for name, test := range map[string]struct {
		text string
		code diag.Code
		says string
	}{
		"repeat":          {head + "repeat 1000000000 { A -> B: m }", diag.TooManyStatements, "`repeat` of 1000000000 rounds"},
		"empty repeat":    {head + "repeat 9223372036854775807 {}\nA -> B: m", diag.TooManyStatements, "repeat"},
		"nested":          {head + "repeat 1000 { repeat 1000 { repeat 1000 { repeat 1000 { repeat 1000 { A -> B: m } } } } }", diag.TooManyStatements, "inside this `repeat`"},
		"nested empty":    {head + "A -> B: m\nrepeat 1000 { repeat 1000 { for i in 1..0 { A -> B: m } } }", diag.TooManyStatements, "repeat"},
		"for":             {head + "for i in 0..1000000000 { A -> B: m }", diag.TooManyStatements, "this `for` from 0 to 1000000000"},
		"wide for":        {head + "for i in -9223372036854775807..9223372036854775807 { A -> B: m }", diag.TooManyStatements, "for"},
		"last for":        {head + "for i in 9223372036854775800..9223372036854775807 { repeat i { A -> B: m } }", diag.TooManyStatements, "repeat"},
		"param":           {"choreography P\nparam n = 1000000000\nrole A, W[n]\nA -> W: m", diag.TooManyRoles, "1000000000"},
		"array":           {"choreography P\nrole A, W[100000]\nA -> W: m", diag.TooManyRoles, "100000"},
		"sum of arrays":   {"choreography P\nrole A[600], B[600], C[600]\nA[0] -> B: m\nA[0] -> C: m", diag.TooManyRoles, "`B`"},
		"sends":           {"choreography P\nrole W[1000]\nfor w in W { w -> W: m }", diag.TooManyStatements, "this `for` over 1000 roles"},
		"threads":         {"choreography P\nrole W[1000]\npar for w in W { par for v in W { choice at w for u in W { w -> W: m } } }", diag.TooManyStatements, "inside"},
		"choice":          {head + "choice at A for i in 0..1000000 { A -> B: m }", diag.TooManyStatements, "choice for"},
		"protocols":       {chain(60, "NEXT NEXT"), diag.TooManyStatements, "protocol `P"},
		"deep protocols":  {chain(600, "NEXT"), diag.UnfoldedTooDeep, "protocol `P"},
		"wide protocols":  {chain(3000, ""), "", ""},
		"expressions":     {head + "var x at A: 0..3\nrepeat 190000 { let x = x" + strings.Repeat(" + 1", 300) + " at A }\nA -> B: m", diag.TooMuchArithmetic, "repeat"},
		"variables":       {"choreography P\nrole W[1000]\nvar a, b, c, d, e, f, g, h, i, j, k at W: bool\nW[0] -> W[1]: m", diag.TooManyVariables, "`k`"},
		"channels":        {"choreography P\nrole W[1000]\nchannel W -> W: fifo 1\nW[0] -> W[1]: m", diag.TooManyStatements, "channels"},
		"parameters":      {params(20000), diag.UnfoldedTooDeep, "nested deeper"},
		"many parameters": {params(400), "", ""},
		"domain":          {head + "var x at A: -9223372036854775807..9223372036854775807\nlet x = 1 at A\nA -> B: m", diag.DomainTooLarge, "range"},
		"many statements": {head + strings.Repeat("A -> B: m\n", 200_001), diag.TooManyStatements, "200000"},
		"handlers":        {head + "try { A -> B: m }" + strings.Repeat(" on E at A {}", 200_001), diag.TooManyStatements, "200000"},
		"scopes":          {head + "repeat 1000000 { try s { A -> B: m } on E at A {} }", diag.TooManyStatements, "`repeat`"},
		"many faults":     {"choreography P\nrole W[1000]\nenvironment e { loss * -> * }\nW[0] -> W: m", diag.TooManyStatements, "faults"},
		"nested scopes":   {head + "protocol P(a, b) { " + strings.Repeat("try { ", 300) + "a -> b: m" + strings.Repeat(" } on E at a {}", 300) + "}\n" + strings.Repeat("try { ", 300) + "perform P(A, B)" + strings.Repeat(" } on E at A {}", 300), diag.UnfoldedTooDeep, "protocol `P`"},
		"many errors":     {head + "repeat 90 { repeat 1000 { A -> C: m } }", diag.UnknownRole, "`C`"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, diags := lowerText(test.text, nil)
			took := time.Since(start)
			assert.Less(t, took, 3*time.Second) // a generous bound: well under 1 s without -race
			var errors []string
			for _, d := range diags {
				if d.Severity == diag.Error {
					errors = append(errors, shown(d))
				}
			}
			if test.code == "" {
				assert.Empty(t, errors)
				return
			}
			require.Len(t, errors, 1)
			assert.Contains(t, errors[0], string(test.code))
			assert.Contains(t, errors[0], test.says)
		})
	}
}

// TestHuge gives long texts full of mistakes, which are found in linear time.
func TestHuge(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		b.WriteString("choreography P\nrole A, B\n")
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	long := strings.Repeat("x", 1<<20)
	for name, text := range map[string]string{
		"roles":      many(50_000, "role R%d\n"),
		"senders":    many(50_000, "Role%d -> B: m\n"),
		"parameters": many(50_000, "param parameter%[1]d = paramiter%[1]d\n"),
		"variables":  many(50_000, "var x%d at A: 0..y\n"),
		"protocols":  many(50_000, "protocol P%[1]d(a, a) { perform Q%[1]d(a) }\n"),
		"chain":      many(50_000, "protocol P%[1]d(a) { perform P%[1]d(a) }\n"),
		"damage":     many(50_000, "bad %[1]d\nbad%[1]d -> A: m\n"),
		"loops":      many(20_000, "for w%d in A { A -> A: m }\n"),
		"nesting":    many(490, "par { ") + strings.Repeat("}", 490),
		"choices":    many(1, "var x at A: bool choice at A when x { A -> B: m%d }") + strings.Repeat(" or when not x { A -> B: n }", 50_000) + " or otherwise { A -> B: o }",
		"values":     many(1, "var x at A: {v%d") + strings.Repeat(", a, b", 100_000) + "} let x = a at A",
		"handlers":   many(1, "try { A -> B: m%d }") + strings.Repeat(" on E at A {}", 100_000),
		"exceptions": many(1, "try { A -> B: m%d ") + " } " + many(50_000, "on E%d at A { }\n")[len("choreography P\nrole A, B\n"):],
		"raises":     many(1, strings.Repeat("try { ", 400)+"m%d -> A: m\nchoice at A { A -> B: m }") + many(50_000, " or { raise E%d at A }")[len("choreography P\nrole A, B\n"):] + strings.Repeat(" } on any at A { raise again at A }", 400),
		"timers":     many(1, strings.Repeat("within t at A { ", 240)+"A -> B: m%d\n") + strings.Repeat("try { B -> A: m } on t at A {} ", 40_000) + strings.Repeat("}", 240),
		"rounds":     many(1, strings.Repeat("rec L { ", 1)+"A -> B: m%d\n") + many(400, "rec L%d { try { A -> B: m } ")[len("choreography P\nrole A, B\n"):] + strings.Repeat("try { A -> B: m } ", 90_000) + strings.Repeat("}", 401),
		"clauses":    many(1, "A -> B: m%d environment e { ") + strings.Repeat("crash * during s\nloss * -> *\n at most 1 crash\n", 50_000) + "}",
		"raised":     many(1, "try { A -> B: m%d } on any at A {} environment e { ") + many(50_000, "raise E%d at *\n")[len("choreography P\nrole A, B\n"):] + "}",
		"name":       many(1, "A -> B: m%d\n") + long + " -> B: m let " + long + " = " + long + " at A perform " + long + "(A) continue " + long,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, diags := lowerText(text, nil)
			assert.Less(t, time.Since(start), 5*time.Second)
			for _, d := range diags {
				assert.Less(t, len(shown(d)), 5000)
			}
		})
	}
}

// TestNamesPages checks docs/diagnostics/names.md, failures.md and properties.md: each code has a section, its
// failing example gives the code, and the mended one neither the code nor an error.
func TestNamesPages(t *testing.T) {
	for _, page := range []string{"names", "failures", "properties"} {
		t.Run(page, func(t *testing.T) { checkPage(t, page) })
	}
}

func checkPage(t *testing.T, page string) {
	constants, err := os.ReadFile("../diag/codes_" + page + ".go")
	require.NoError(t, err)
	missing := map[string]bool{}
	for _, m := range regexp.MustCompile(`Code = "(CH\d{4})"`).FindAllStringSubmatch(string(constants), -1) {
		require.False(t, missing[m[1]], "%s stands twice", m[1])
		missing[m[1]] = true
	}
	text, err := os.ReadFile("../../docs/diagnostics/" + page + ".md")
	require.NoError(t, err)
	var order []string
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		code, rest, ok := strings.Cut(section, ": ")
		require.True(t, ok, section)
		order = append(order, code)
		t.Run(code, func(t *testing.T) {
			assert.True(t, missing[code], "unknown, or described twice")
			delete(missing, code)
			_, rest, ok := strings.Cut(rest, "\n### Failing\n")
			require.True(t, ok)
			failing, mended, ok := strings.Cut(rest, "\n### Mended\n")
			require.True(t, ok)
			if m := fence.FindStringSubmatch(failing); m != nil {
				_, diags := lowerText(m[1], nil)
				var codes []string
				for _, d := range diags {
					codes = append(codes, string(d.Code))
				}
				assert.Contains(t, codes, code)
			} else {
				// Shown by TestSet and TestLimits.
				assert.Contains(t, []string{string(diag.UnknownSetting), string(diag.UnfoldedTooDeep)}, code, "no example")
			}
			if m := fence.FindStringSubmatch(mended); m != nil {
				low, diags := lowerText(m[1], nil)
				for _, d := range diags {
					assert.NotEqual(t, code, string(d.Code), shown(d))
				}
				assert.NotNil(t, low, diags)
				tree, _ := parseText(m[1])
				assert.Equal(t, m[1], Format(tree), "the mended example is not in the canonical layout")
			}
		})
	}
	assert.Empty(t, missing, "codes without a section")
	assert.True(t, slices.IsSorted(order))
}

// TestLanguagePage checks that the whole examples of docs/language.md are right.
func TestLanguagePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/language.md")
	require.NoError(t, err)
	n := 0
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		example := m[1]
		if !strings.Contains(example, "choreography ") {
			example = "choreography Example\n" + example
		}
		n++
		_, diags := lowerText(example, nil)
		assert.Empty(t, diags, example)
	}
	assert.GreaterOrEqual(t, n, 10)
}

// FuzzLower checks that no text makes the front end crash, and that all places
// of diagnostics are inside the text.
func FuzzLower(f *testing.F) {
	for _, pattern := range []string{"testdata/resolve/*.txtar", "testdata/lower/*.txtar", "testdata/properties/*.txtar"} {
		archives, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range archives {
			archive, err := txtar.ParseFile(path)
			require.NoError(f, err)
			for _, file := range archive.Files {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		low, diags := lowerText(text, map[string]int64{"n": 2})
		failed := false
		for _, d := range diags {
			failed = failed || d.Severity == diag.Error
			for _, l := range append(d.Secondary, d.Primary) {
				if l.Span.Start < 0 || l.Span.End < l.Span.Start || l.Span.End > len(text) {
					t.Fatalf("%s at %v, outside the text", d.Error(), l.Span)
				}
			}
		}
		if failed != (low == nil) {
			t.Fatalf("lowered %v, failed %v: %v", low != nil, failed, diags)
		}
		if low != nil {
			checkStructure(t, low)
		}
	})
}
