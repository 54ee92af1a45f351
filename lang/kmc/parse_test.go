package kmc

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

func shown(a *model.Automata) string {
	var b strings.Builder
	for r, m := range a.Machines {
		fmt.Fprintf(&b, "%s\n", a.Roles[r].Name)
		for _, t := range m.Transitions {
			sign := "!"
			if t.Kind == model.Receive {
				sign = "?"
			}
			fmt.Fprintf(&b, "  %s %s%s%s %s\n", m.States[t.From].Name, a.Roles[t.Peer].Name, sign, a.Labels[t.Label], m.States[t.To].Name)
		}
		for _, s := range m.States {
			if s.Final {
				fmt.Fprintf(&b, "  end %s\n", s.Name)
			}
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"job", "A: rec x . B!job; {B?done;x, B?broken;B!stop;end}\nB: rec y . A?job; {A!done;y, A!broken;A?stop;end}",
			"A\n  0 B!job 1\n  1 B?done 0\n  1 B?broken 2\n  2 B!stop 3\n  end 3\n" +
				"B\n  0 A?job 1\n  1 A!done 0\n  1 A!broken 2\n  2 A?stop 3\n  end 3\n"},
		{"same labels to several partners", "A: {B!x;end, C!x;end}\nB: A?x;end\nC: A?x;end",
			"A\n  0 B!x 1\n  0 C!x 2\n  end 1\n  end 2\nB\n  0 A?x 1\n  end 1\nC\n  0 A?x 1\n  end 1\n"},
		{"payload, comments, white space", "-- one\n// two\nA : B ! m < int > ; end /* three\n*/ B:A?m<int>;end",
			"A\n  0 B!m<int> 1\n  end 1\nB\n  0 A?m<int> 1\n  end 1\n"},
		{"nothing to do", "A: end B: end", "A\n  end 0\nB\n  end 0\n"},
		{"inner variables hide outer ones", "A: rec x . B!a; rec x . B!b; x\nB: rec x . A?a; rec y . {A?b; x, A?b; y}",
			"A\n  0 B!a 1\n  1 B!b 1\nB\n  0 A?a 1\n  1 A?b 0\n  1 A?b 1\n"},
		{"a branch's variables end with it", "A: rec x . {B!a; rec x . B!b; x, B!c; x} B: rec x . {A?a; rec y . A?b; y, A?c; x}",
			"A\n  0 B!a 1\n  0 B!c 0\n  1 B!b 1\nB\n  0 A?a 1\n  0 A?c 0\n  1 A?b 1\n"},
		{"bare branches", "A: rec x . B!a; {x, end, B!b; {{x}, B!c; end}}\nB: rec x . A?a; {x, end, A?b; rec z . x}",
			"A\n  0 B!a 1\n  1 B!b 2\n  1 B!a 1\n  2 B!c 3\n  2 B!a 1\n  end 1\n  end 3\n" +
				"B\n  0 A?a 1\n  1 A?b 2\n  1 A?a 1\n  2 A?a 1\n  end 1\n"},
		{"bare branches pass on ends", "A: rec x . {B!a; {x, B!b; end}, end} B: rec x . {A?a; {x, A?b; end}, end}",
			"A\n  0 B!a 1\n  1 B!b 2\n  1 B!a 1\n  end 0\n  end 1\n  end 2\nB\n  0 A?a 1\n  1 A?b 2\n  1 A?a 1\n  end 0\n  end 1\n  end 2\n"},
		{"keywords as messages", "A: B!end; B!rec; end B: A?end; A?rec; end", "A\n  0 B!end 1\n  1 B!rec 2\n  end 2\nB\n  0 A?end 1\n  1 A?rec 2\n  end 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var bag diag.Bag
			p := Parse(source.New("test.txt", c.text), &bag)
			require.NotNil(t, p, "%v", bag.Sorted())
			require.Equal(t, c.want, shown(p.Automata))
			require.Equal(t, "fifo 4", p.Automata.Channels.Default.String())
		})
	}
}

func TestOrigins(t *testing.T) {
	var bag diag.Bag
	f := source.New("test.txt", "A: rec x . B!job<int>; {x, end}\nB: rec x . A?job<int> ; {A?job<int>;end, x}")
	p := Parse(f, &bag)
	require.NotNil(t, p)
	place := func(o model.Origin) string { return f.Slice(p.Places[o]) }
	m := p.Automata.Machines[0]
	require.Equal(t, "A", place(p.Automata.Roles[0].Origin))
	require.Equal(t, "B!job<int>", place(m.Transitions[0].Origins[0]))
	require.Equal(t, m.Transitions[0].Origins, m.Transitions[1].Origins, "a copy has the origin of what it is a copy of")
	require.Equal(t, "rec", place(m.States[0].Origin))
	require.Equal(t, "{", place(m.States[1].Origin))
}

func TestDiagnostics(t *testing.T) {
	const rest = "\nB: A?m; end"
	for _, c := range []struct{ name, text, code, message, at, help string }{
		{"empty", " -- x", "CH0801", "no role", "", ""},
		{"lower case", "a: B!m; end", "CH0831", "`a` stands where a role and a colon", "a", "capital letter"},
		{"semicolon", "A: B!m end" + rest, "CH0831", "where `;` was expected", "end", ""},
		{"no type", "A:" + rest, "CH0831", "`B` stands where a type was expected", "B", ""},
		{"no action", "A: B; end" + rest, "CH0831", "where `!` or `?` was expected", ";", ""},
		{"no message", "A: B!; end" + rest, "CH0831", "where a message was expected", ";", ""},
		{"payload", "A: B!m<int; end" + rest, "CH0831", "a type and `>`", "int", ""},
		{"rec without variable", "A: rec . B!m; end" + rest, "CH0831", "a variable", ".", ""},
		{"rec of a keyword", "A: rec end . B!m; end" + rest, "CH0831", "a variable", "end", ""},
		{"rec without stop", "A: rec x B!m; end" + rest, "CH0831", "a full stop", "B", ""},
		{"brace", "A: {B!m; end" + rest, "CH0831", "where `,` or `}` was expected", "B", ""},
		{"last brace", "B: A?m; end\nA: {B!m; end", "CH0831", "nothing closes this brace", "{", ""},
		{"empty braces", "A: {}" + rest, "CH0831", "a type", "}", ""},
		{"more after the end", "A: B!m; end; end" + rest, "CH0831", "a role and a colon", ";", ""},
		{"strange character", "A: $" + rest, "CH0831", "`$` stands", "$", ""},
		{"not UTF-8", "A: \xff" + rest, "CH0831", "a byte that is not UTF-8", "\xff", ""},
		{"end of text", "A: B!m;", "CH0831", "the end of the text", "", ""},
		{"role twice", "A: B!m; end A: end" + rest, "CH0807", "two roles are named A", "A", ""},
		{"unknown role", "A: C!m; end" + rest, "CH0808", "no role C", "C", ""},
		{"mistyped role", "Alice: Bbo!m; end Bob: Alice?m; end", "CH0808", "no role Bbo", "Bbo", "did you mean `Bob`?"},
		{"itself", "A: A!m; end" + rest, "CH0809", "A is its own partner", "A", ""},
		{"unbound", "A: B!m; x" + rest, "CH0832", "no `rec x` encloses this", "x", "write `rec x .`"},
		{"unbound near", "A: rec loop . {B!m; lop, B!m; end}" + rest, "CH0832", "no `rec lop`", "lop", "did you mean `loop`?"},
		{"out of scope", "A: {rec x . B!m; x, B!m; x}" + rest, "CH0832", "no `rec x`", "x", ""},
		{"other role's variable", "A: rec x . B!m; end B: A?m; x", "CH0832", "no `rec x`", "x", ""},
		{"unbound alone", "A: x" + rest, "CH0832", "no `rec x`", "x", ""},
		{"unguarded", "A: rec x . x" + rest, "CH0833", "`x` comes back", "x", ""},
		{"unguarded in a branch", "A: rec x . {B!m; end, rec y . {x, B!m; y}}" + rest, "CH0833", "`x` comes back", "x", ""},
		{"deep", "A: " + strings.Repeat("{", MaxDepth+1), "CH0834", "more than 500 deep", "{", ""},
		{"bare end", "A: {B!m; end, end}" + rest, "CH0835", "this branch of A does nothing before `end`", "end", "kmc itself drops"},
		{"bare variable", "A: rec x . B!m; {x, B!m; end}" + rest, "CH0835", "nothing before `x`", "x", ""},
		{"comment", "A: B!m; end" + rest + "/*", "CH0813", "nothing ends", "/*", ""},
		{"twice", "A: rec x . {B!m; x, B!m; x}" + rest, "CH0824", "stands twice in one choice", "B!m", ""},
		{"never received", "A: B!n; end" + rest, "CH0821", "A sends `n` to B", "B!n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var bag diag.Bag
			f := source.New("test.txt", c.text)
			require.Equal(t, Parse(f, &bag) == nil, bag.Failed())
			for _, d := range bag.Sorted() {
				if string(d.Code) == c.code && strings.Contains(d.Message, c.message) {
					require.Equal(t, c.at, f.Slice(d.Primary.Span))
					require.Contains(t, d.Help, c.help)
					return
				}
			}
			t.Fatalf("missing among %v", bag.Sorted())
		})
	}
}

func TestErrorsOfAllRolesAreReported(t *testing.T) {
	var bag diag.Bag
	require.Nil(t, Parse(source.New("test.txt", "A: B!; end\nB: A?m end\nC: D!m; x\nnonsense\nE: end"), &bag))
	var codes []string
	for _, d := range bag.Sorted() {
		codes = append(codes, string(d.Code))
	}
	require.Equal(t, []string{"CH0831", "CH0831", "CH0808", "CH0832", "CH0831"}, codes)
}

func TestLimits(t *testing.T) {
	var bag diag.Bag
	require.Nil(t, Parse(source.New("test.txt", strings.Repeat(" ", MaxBytes+1)), &bag))
	require.Equal(t, diag.AutomataTooLarge, bag.Sorted()[0].Code)

	bag = diag.Bag{}
	var roles strings.Builder
	for i := range MaxRoles + 1 {
		fmt.Fprintf(&roles, "R%d: end\n", i)
	}
	require.Nil(t, Parse(source.New("test.txt", roles.String()), &bag))
	require.Equal(t, diag.AutomataTooLarge, bag.Sorted()[0].Code)

	bag = diag.Bag{}
	deep := strings.Repeat("{", MaxDepth) + "B!m; end" + strings.Repeat("}", MaxDepth)
	require.NotNil(t, Parse(source.New("test.txt", "A: "+deep+"B: A?m; end"), &bag))

	// A chain of states each of which may do all that the first one can.
	bag = diag.Bag{}
	chain := "A: rec x . {" + strings.Repeat("B!m; end, ", 2000) + strings.Repeat("B!m; {x, ", 499)
	chain += "end" + strings.Repeat("}", 500) + " B: A?m; end"
	require.Nil(t, Parse(source.New("test.txt", chain), &bag))
	require.Equal(t, diag.AutomataTooLarge, bag.Sorted()[0].Code)

	for _, part := range []string{"B!m;", "rec x . B!m;", "rec x .", "{", "B!m;{x,", "A:", "A: end ", "x,", "A", "B!m<int>;", "A: B!m; q\n", "\xff"} {
		bag = diag.Bag{}
		Parse(source.New("test.txt", "A: rec x ."+strings.Repeat(part, (MaxBytes/8)/len(part))), &bag)
		require.LessOrEqual(t, len(bag.Sorted()), 2*diag.MaxPerFile, part)
	}
}

func TestLooks(t *testing.T) {
	for text, want := range map[string]bool{
		"A: end": true, "-- x\n/* y */ AB : rec x": true, "": false, "a: end": false, "A B": false,
		".outputs A": false, "choreography A": false, "automaton sender :": false,
	} {
		require.Equal(t, want, Looks(text), text)
	}
}

// TestCorpus reads every file of kmc's own tests that looks like this format. Two of
// them hold a role that communicates with itself: our channels lead from one role
// to another one.
func TestCorpus(t *testing.T) {
	const folder = "../../../shared/corpora"
	table, err := os.Open(filepath.Join(folder, "kmc-verdicts.tsv"))
	if err != nil {
		t.Skip("the corpora are not there")
	}
	defer table.Close()
	r := csv.NewReader(table)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	seen := 0
	for _, row := range rows[1:] {
		if row[1] != "st" || row[2] == "0" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, "kmc", row[0]))
		require.NoError(t, err)
		require.True(t, Looks(string(text)), row[0])
		var bag diag.Bag
		p := Parse(source.New(row[0], string(text)), &bag)
		if row[0] == "kraceindep.txt" || row[0] == "reducedcibi.txt" {
			require.Equal(t, diag.PartnerIsItself, bag.Sorted()[0].Code)
			continue
		}
		require.NotNil(t, p, "%s %v", row[0], bag.Sorted())
		peers, err := strconv.Atoi(row[2])
		require.NoError(t, err)
		require.Len(t, p.Automata.Machines, peers, row[0])
		actions, found := strings.Count(string(text), "!")+strings.Count(string(text), "?"), 0
		for _, m := range p.Automata.Machines {
			found += len(m.Transitions)
		}
		require.LessOrEqual(t, found, actions, row[0])
		require.Positive(t, found, row[0])
		seen++
	}
	require.Greater(t, seen, 70)
}

func FuzzParse(f *testing.F) {
	f.Add("A: rec x . B!job<int>; {B?done;x, B?broken;B!stop;end, x, end}\nB: rec y . A?job; {A!done;y, A!broken;A?stop;end}")
	f.Add("-- x\nA: {{B!m; rec x . {x}}} /* y */ B: A?m; end \xff")
	f.Fuzz(func(t *testing.T, text string) {
		var bag diag.Bag
		p := Parse(source.New("fuzz.txt", text), &bag)
		inside := func(s source.Span) { require.True(t, 0 <= s.Start && s.Start <= s.End && s.End <= len(text)) }
		list := bag.Sorted()
		require.LessOrEqual(t, len(list), 2*diag.MaxPerFile)
		for _, d := range list {
			inside(d.Primary.Span)
			for _, l := range d.Secondary {
				inside(l.Span)
			}
		}
		require.Equal(t, bag.Failed(), p == nil)
		if p == nil {
			return
		}
		for _, s := range p.Places {
			inside(s)
		}
		for _, m := range p.Automata.Machines {
			names := map[string]bool{}
			for _, s := range m.States {
				require.False(t, names[s.Name])
				names[s.Name] = true
			}
			last := 0
			for _, tr := range m.Transitions {
				require.LessOrEqual(t, last, tr.From)
				last = tr.From
				require.NotEmpty(t, tr.Origins)
			}
		}
	})
}
