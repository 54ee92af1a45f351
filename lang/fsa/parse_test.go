package fsa

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, text string) *Parsed {
	t.Helper()
	var bag diag.Bag
	p := Parse(source.New("test.fsa", text), nil, &bag)
	require.NotNil(t, p, "%v", bag.Sorted())
	return p
}

// shown is the structure of automata by names, one line a fact.
func shown(a *model.Automata) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Channels.Default)
	for from := range a.Roles {
		for to := range a.Roles {
			if c, ok := a.Channels.Pairs[model.Pair{From: model.RoleID(from), To: model.RoleID(to)}]; ok {
				fmt.Fprintln(&b, a.Roles[from].Name, a.Roles[to].Name, c)
			}
		}
	}
	for r, m := range a.Machines {
		fmt.Fprintf(&b, "%s from %s\n", a.Roles[r].Name, m.States[m.Initial].Name)
		for _, s := range m.States {
			if s.Final {
				fmt.Fprintln(&b, "  may end in", s.Name)
			}
		}
		for _, t := range m.Transitions {
			fmt.Fprint(&b, "  ", m.States[t.From].Name)
			switch t.Kind {
			case model.Internal:
				fmt.Fprint(&b, " tau ")
			case model.Timeout:
				fmt.Fprintf(&b, " timeout %s of %s ", a.Timers[t.Timer].Name, a.Roles[a.Timers[t.Timer].Owner].Name)
			default:
				fmt.Fprintf(&b, " %s %s %s ", t.Kind, a.Roles[t.Peer].Name, a.Labels[t.Label])
			}
			fmt.Fprint(&b, m.States[t.To].Name)
			for _, s := range t.Assigns {
				v := a.Vars[s.Var]
				fmt.Fprintf(&b, ", %s of %s = %d", v.Name, a.Roles[v.Owner].Name, s.Value.Value)
			}
			fmt.Fprintln(&b)
		}
	}
	return b.String()
}

const sample = `// expect: deadlock holds
-- a comment
.channels mailbox 3
.channel 1 Shop fifo 1
.outputs Shop .state graph
*<1 M1 ! <temp,m8> q-- /* not
a new line */
q M1 ? a//b *<1   -- a name with a comment's sign in it
q tau stop
q break stop
.final q
.marking *<1
.final stop
.end .outputs
.state graph
0 0 ? <temp,m8> 1 1 Shop ! a//b 0
.marking 0
.end
`

func TestParse(t *testing.T) {
	p := parse(t, sample)
	// The state is `q--`, and `q` another one.
	require.Equal(t, `mailbox 3
M1 Shop fifo 1
Shop from *<1
  may end in q
  may end in stop
  *<1 send M1 <temp,m8> q--
  q receive M1 a//b *<1
  q tau stop
  q tau stop
M1 from 0
  0 receive Shop <temp,m8> 1
  1 send Shop a//b 0
`, shown(p.Automata))
	require.True(t, p.Declared)
}

const timed = `.outputs A
.state graph
0 set t 1
1 B ? m 2 cancel t set u
1 timeout t 0 set t
2 B ! n 3 set u .marking 0
3 timeout u 4
4 tau 5 cancel u cancel t 5 cancel t 6
set tau cancel
0 set set set
cancel timeout set 0
.end
.outputs B
.state graph
0 A ! m 1 set t
1 timeout t 0
1 A ? n 1
.marking 0
.end
`

func TestTimers(t *testing.T) {
	p := parse(t, timed)
	require.Equal(t, `fifo 4
A from 0
  may end in 6
  0 tau 1, t of A = 1
  0 tau set, set of A = 1
  1 receive B m 2, t of A = 0, u of A = 1
  1 timeout t of A 0, t of A = 1
  2 send B n 3, u of A = 1
  3 timeout u of A 4
  4 tau 5, u of A = 0, t of A = 0
  5 tau 6, t of A = 0
  set tau cancel
  cancel timeout set of A 0
B from 0
  0 send A m 1, t of B = 1
  1 timeout t of B 0
  1 receive A n 1
`, shown(p.Automata))
	a := p.Automata
	require.Len(t, a.Timers, 4)
	for i, timer := range a.Timers {
		v := a.Vars[timer.Var]
		require.Equal(t, model.VarID(i), timer.Var)
		require.Equal(t, model.ExceptionID(-1), timer.Exception)
		require.Equal(t, model.Var{Name: timer.Name, Owner: timer.Owner, Domain: model.Domain{High: 2}}, v)
	}
	require.Equal(t, "1 B ? m 2 cancel t set u", source.New("", timed).Slice(p.Places[a.Machines[0].Transitions[2].Origins[0]]))
	roundTrip(t, a)
}

// described are environments in words.
func described(p *Parsed) string {
	var b strings.Builder
	for _, e := range p.Environments {
		fmt.Fprintln(&b, e.Name, strings.Join(cfsm.Clauses(p.Automata, e), "; "))
	}
	return b.String()
}

const three = ".outputs A\n.state graph\n0 1 ! m 1\n.marking 0\n.end\n.outputs W[0]\n.state graph\n0 0 ? m 1\n.marking 0\n.end\n.outputs W[1]\n.state graph\n0 0 ? n 1\n.marking 0\n.end\n"

func TestEnvironments(t *testing.T) {
	for text, want := range map[string]string{
		"environment x {} -- a comment": "x \n",
		"environment x { crash A recovers; loss A -> W[1]\n at most 2 crash }\nenvironment y { partition A | W; stray n from A to W[1] // }\n at most 1 // }\n }": "x crash A recovers; loss A -> W[1]; at most 2 crash\ny partition A | W[0], W[1]; stray n from A to W[1]; at most 1\n",
		"environment x{crash *}":                         "x crash A; crash W[0]; crash W[1]\n",
		"environment {disconnect A -- W[0]}":             "faults disconnect A -- W[0]\n",
		"environment{\n  silence W\n}":                   "faults silence W[0]; silence W[1]\n",
		"environment\nx {\n duplicate A -> W\n}":         "x duplicate A -> W[0]; duplicate A -> W[1]\n",
		"environment\n{ reorder A -> * }":                "faults reorder A -> W[0]; reorder A -> W[1]\n",
		"environment x { stray fresh from W[1] to A }":   "x stray fresh from W[1] to A\n",
		"environment x { crash W[0] } environment y { }": "x crash W[0]\ny \n",
		"": "",
	} {
		p := parse(t, three+text)
		require.Equal(t, want, described(p), text)
		var b bytes.Buffer
		require.NoError(t, Write(&b, p.Automata, p.Environments...))
		require.Equal(t, want, described(parse(t, b.String())), "%s", b.String())
		for _, e := range p.Environments {
			for _, f := range e.Faults {
				require.Contains(t, source.New("", three+text).Slice(p.Places[f.Origin]), f.Kind.String())
			}
		}
	}
}

// TestStrayMessages: what an environment has stray is not missing.
func TestStrayMessages(t *testing.T) {
	codes := func(text string) []diag.Code {
		var bag diag.Bag
		require.NotNil(t, Parse(source.New("test.fsa", text), nil, &bag), "%v", bag.Sorted())
		var list []diag.Code
		for _, d := range bag.Sorted() {
			list = append(list, d.Code)
		}
		return list
	}
	require.Equal(t, []diag.Code{diag.NeverSent}, codes(three))
	require.Empty(t, codes(three+"environment x { stray n from A to W[1] }"))
}

// TestChannelsOfEnvironments: clauses are about the channels that are in force.
func TestChannelsOfEnvironments(t *testing.T) {
	const text = three + "environment x { duplicate A -> W[0] }"
	var bag diag.Bag
	sync := model.Channel{Discipline: model.Sync}
	require.Nil(t, Parse(source.New("test.fsa", text), &sync, &bag))
	require.Equal(t, diag.FaultOnSync, bag.Sorted()[0].Code)
	require.Equal(t, "duplicate A -> W[0]", source.New("", text).Slice(bag.Sorted()[0].Primary.Span))
}

func TestOrigins(t *testing.T) {
	f := source.New("test.fsa", sample)
	var bag diag.Bag
	p := Parse(f, nil, &bag)
	require.NotNil(t, p, "%v", bag.Sorted())
	a := p.Automata
	place := func(o model.Origin) string { return f.Slice(p.Places[o]) }
	require.Equal(t, ".outputs Shop", place(a.Roles[0].Origin))
	require.Equal(t, "q M1 ? a//b *<1", place(a.Machines[0].Transitions[1].Origins[0]))
	require.Equal(t, "q tau stop", place(a.Machines[0].Transitions[2].Origins[0]))
	require.Equal(t, "q break stop", place(a.Machines[0].Transitions[3].Origins[0]), "a transition that stands twice is two")
	for _, m := range a.Machines {
		for _, s := range m.States {
			require.Equal(t, s.Name, place(s.Origin))
		}
	}
}

func TestDefaults(t *testing.T) {
	p := parse(t, ".outputs\n.state graph\n.marking only\n.end")
	require.Equal(t, "fifo 4\nM0 from only\n  may end in only\n", shown(p.Automata))
	require.False(t, p.Declared)
	p = parse(t, ".outputs A\n.state graph\n.marking only\n.final\n.end")
	require.Equal(t, "fifo 4\nA from only\n", shown(p.Automata), "an empty list of final states: none")
	p = parse(t, "\uFEFF.channels sync\r\n.outputs A\r\n.state graph\r\n.marking q\r\nq tau q\r\n.end\r\n")
	require.Equal(t, "sync\nA from q\n  q tau q\n", shown(p.Automata))
}

// system adds a machine that receives m from the first one.
func system(first string) string {
	return first + ".outputs B\n.state graph\n0 0 ? m 1\n.marking 0\n.end\n"
}

func TestDiagnostics(t *testing.T) {
	const a = ".outputs A\n.state graph\n0 1 ! m 1\n.marking 0\n.end\n"
	for _, c := range []struct{ name, text, code, message, at, help string }{
		{"empty", "", "CH0801", "the text has no machine", "", "write a machine"},
		{"comment only", "-- nothing", "CH0801", "the text has no machine", "", ""},
		{"glued", system(strings.Replace(a, "1 ! m", "1!m", 1)), "CH0802", "this is no transition", "0 1!m 1", "white space around"},
		{"no target", system(strings.Replace(a, "m 1", "m", 1)), "CH0802", "lacks the state that it leads to", "0 1 ! m", ""},
		{"no message", system(strings.Replace(a, " m 1", "", 1)), "CH0802", "lacks its message", "0 1 !", ""},
		{"rest", system(strings.Replace(a, "m 1", "m 1 2", 1)), "CH0802", "no transition", "2", ""},
		{"directive inside", system(strings.Replace(a, "m 1\n.mark", "m .mark", 1)), "CH0802", "lacks", "0 1 ! m", ""},
		{"directive", system(strings.Replace(a, ".marking", ".markng", 1)), "CH0803", "`.markng` means nothing", ".markng", "did you mean `.marking`?"},
		{"marking", system(strings.Replace(a, ".marking 0\n", "", 1)), "CH0804", "A does not say where it begins", ".outputs A", "write `.marking 0`"},
		{"empty marking", system(strings.Replace(a, ".marking 0", ".marking", 1)), "CH0804", "lacks its state", ".marking", ""},
		{"two markings", system(strings.Replace(a, ".marking 0", ".marking 0\n.marking 1", 1)), "CH0805", "second initial state `1`", "1", ""},
		{"end", system(strings.Replace(a, ".end\n", "", 1)), "CH0806", "nothing ends the machine A", ".outputs A", ""},
		{"last end", strings.TrimSuffix(system(a), ".end\n"), "CH0806", "nothing ends the machine B", ".outputs B", ""},
		{"same name", system(strings.Replace(a, "s A", "s B", 1)), "CH0807", "two machines are named B", ".outputs B", ""},
		{"default name", system(strings.Replace(a, " A", " M2", 1)) + ".outputs\n.state graph\n.marking 0\n.end", "CH0807", "named M2", ".outputs", "from 0"},
		{"number", system(strings.Replace(a, "1 !", "2 !", 1)), "CH0808", "no machine number 2", "2", "numbered from 0"},
		{"huge number", system(strings.Replace(a, "1 !", strings.Repeat("9", 30)+" !", 1)), "CH0808", "no machine number", strings.Repeat("9", 30), ""},
		{"partner", system(strings.Replace(strings.Replace(a, "1 !", "Shopp !", 1), "A", "Shop", 1)), "CH0808", "no machine `Shopp`", "Shopp", "did you mean `Shop`?"},
		{"no such partner", system(strings.Replace(a, "1 !", "Xyzzy !", 1)), "CH0808", "no machine `Xyzzy`", "Xyzzy", "the machines are A, B"},
		{"itself", system(strings.Replace(a, "1 !", "A !", 1)), "CH0809", "A is its own partner", "A", ""},
		{"alone", a, "CH0810", "A is the only machine", ".outputs A", "join the files"},
		{"final", system(strings.Replace(a, ".mark", ".final waitin 1\n2 tau waiting\n.mark", 1)), "CH0811", "A has no state `waitin`", "waitin", "did you mean `waiting`?"},
		{"discipline", ".channels fio 2\n" + system(a), "CH0812", "`fio` is no discipline", "fio", "did you mean `fifo`?"},
		{"no discipline", ".channels\n" + system(a), "CH0812", "lacks a discipline", ".channels", ""},
		{"no capacity", ".channels bag\n" + system(a), "CH0812", "lacks its capacity", "bag", ""},
		{"capacity", ".channels bag 0\n" + system(a), "CH0812", "from 1 to 1024", "0", ""},
		{"large capacity", ".channels bag 99999999999999999999\n" + system(a), "CH0812", "from 1 to", "99999999999999999999", ""},
		{"sync capacity", ".channels sync 1\n" + system(a), "CH0812", "`1` cannot stand here", "1", ""},
		{"late", system(a + ".channels sync\n"), "CH0812", "behind the first machine", ".channels sync", "top"},
		{"twice", ".channels sync\n.channels fifo 1\n" + system(a), "CH0812", "stands twice", ".channels fifo 1", ""},
		{"pair mailbox", ".channel A B mailbox 1\n" + system(a), "CH0812", "not to one pair", "mailbox", ""},
		{"pair twice", ".channel A B sync\n.channel 0 1 fifo 1\n" + system(a), "CH0812", "given twice", ".channel 0 1 fifo 1", ""},
		{"pair inside", system(strings.Replace(a, ".mark", ".channel A B sync\n.mark", 1)), "CH0812", "inside a machine", ".channel A B sync", ""},
		{"pair short", ".channel A sync\n" + system(a), "CH0812", "needs a sender", ".channel A sync", ""},
		{"pair unknown", ".channel A C sync\n" + system(a), "CH0808", "no machine `C`", "C", ""},
		{"pair itself", ".channel A 0 sync\n" + system(a), "CH0809", "one machine to another", "0", ""},
		{"comment", system(a) + "/* never", "CH0813", "nothing ends this comment", "/*", ""},
		{"timer without state", system(strings.Replace(a, ".mark", "0 set t\n.mark", 1)), "CH0802", "lacks the state", "0 set t", "`q set t q'`"},
		{"no timer", system(strings.Replace(a, ".mark", "0 timeout\n.mark", 1)), "CH0802", "lacks its timer", "0 timeout", ""},
		{"no timer behind", system(strings.Replace(a, "m 1", "m 1 set", 1)), "CH0802", "`set` lacks its timer", "set", ""},
		{"timer twice", system(strings.Replace(a, "m 1", "m 1 set t cancel t", 1)), "CH0802", "says twice", "cancel t", ""},
		{"rest behind timer", system(strings.Replace(a, "m 1", "m 1 set t x", 1)), "CH0802", "no transition", "x", ""},
		{"never set", system(strings.Replace(a, ".mark", "0 timeout t 1\n.mark", 1)), "CH0814", "A waits for the timer `t`, but never sets it", "t", "`q set t q'`"},
		{"never set but cancelled", system(strings.Replace(a, ".mark", "0 cancel t 1\n.mark", 1)), "CH0814", "A cancels the timer `t`", "t", ""},
		{"slip of a timer", system(strings.Replace(a, ".mark", "0 set timer 1\n0 timeout timr 1\n.mark", 1)), "CH0814", "`timr`", "timr", "did you mean `timer`?"},
		{"slip of a timer, set", system(strings.Replace(a, ".mark", "0 set timer 1\n0 timeout timr 1\n.mark", 1)), "CH0825", "`timer`", "timer", "did you mean `timr`?"},
		{"timer of another", strings.Replace(system(strings.Replace(a, ".mark", "0 timeout t 1\n.mark", 1)), "? m 1", "? m 1 set t", 1), "CH0814", "A waits for the timer `t`", "t", "let B send a message"},
		{"never fires", system(strings.Replace(a, ".mark", "0 set t 1\n.mark", 1)), "CH0825", "A sets the timer `t`, but no transition is its timeout", "t", ""},
		{"early environment", system("environment rough {\n crash A\n}\n" + a), "CH0815", "a machine follows", "environment", "behind the last machine"},
		{"environment inside", system(strings.Replace(a, ".mark", "environment rough { }\n.mark", 1)), "CH0815", "inside the machine A", "environment", ""},
		{"glued environment inside", system(strings.Replace(a, ".mark", "environment{}\n.mark", 1)), "CH0815", "inside the machine A", "environment", ""},
		{"open environment", system(a) + "environment rough { crash A // } ", "CH0815", "braces", "environment", ""},
		{"environment without braces", system(a) + "environment rough", "CH0815", "braces", "environment", ""},
		{"only an environment", "environment{}", "CH0801", "no machine", "", ""},
		{"two without names", system(a) + "environment {}\nenvironment {}", "CH0815", "only one", "environment", ""},
		{"unknown machine", system(a) + "environment { crash C }", "CH0303", "no role `C`", "C", ""},
		{"number as name", system(strings.Replace(a, " A", " 1", 1)), "CH0817", "the machine at position 0 is named `1`", ".outputs 1", ""},
		{"outside", "hello world\nagain\n" + system(a), "CH0818", "`hello` stands outside", "hello world", ""},
		{"directive outside", ".marking 0\n" + system(a), "CH0818", "`.marking` stands outside", ".marking", ""},
		{"no graph", system(strings.Replace(a, ".state graph\n", "", 1)), "CH0819", "`.state graph` is missing", "0", ""},
		{"half a graph", system(strings.Replace(a, " graph", "", 1)), "CH0819", "`graph` is missing", ".state", ""},
		{"two graphs", system(strings.Replace(a, "graph", "graph\n.state graph", 1)), "CH0819", "stands twice", ".state", ""},
		{"two names", system(strings.Replace(a, " A", " A C", 1)), "CH0819", "one name", "C", ""},
		{"not UTF-8", system(strings.Replace(a, " A", " \xff", 1)), "CH0820", "not UTF-8", "\xff", ""},
		{"control", system(strings.Replace(a, " A", " A\x1b[31m", 1)), "CH0820", "control character", "A\x1b[31m", ""},
		{"never received", system(strings.Replace(a, ".mark", "1 1 ! order 1\n.mark", 1)), "CH0821", "A sends `order` to B, which never receives it", "1 1 ! order 1", "let B receive"},
		{"never sent", system(strings.Replace(a, "! m", "! mm", 1)), "CH0822", "B waits for `m` from A, which never sends it", "0 0 ? m 1", "did you mean `mm`?"},
		{"unreachable", system(strings.Replace(a, ".mark", "8 tau 9\n.mark", 1)), "CH0823", "no path of A leads to its states `8`, `9`", "8", ""},
		{"many unreachable", system(strings.Replace(a, ".mark", "2 tau 3\n4 tau 5\n6 tau 7\n.mark", 1)), "CH0823", "`2`, `3`, `4`, `5`, `6` and 1 more", "2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var bag diag.Bag
			f := source.New("test.fsa", c.text)
			p := Parse(f, nil, &bag)
			require.Equal(t, bag.Failed(), p == nil)
			for _, d := range bag.Sorted() {
				if string(d.Code) != c.code || !strings.Contains(d.Message, c.message) {
					continue
				}
				require.Equal(t, c.at, f.Slice(d.Primary.Span))
				require.Contains(t, d.Help, c.help)
				return
			}
			t.Fatalf("missing among %v", bag.Sorted())
		})
	}
}

func TestAllErrorsAreReported(t *testing.T) {
	var bag diag.Bag
	require.Nil(t, Parse(source.New("test.fsa", `.channels fifo
.outputs A
.state graph
0 1!m 1
0 7 ! m 1
0 timeout t 1
.final 9
.end
.outputs A
.state graph
0 A ? m 1
.marking 0
`), nil, &bag))
	var codes []string
	for _, d := range bag.Sorted() {
		codes = append(codes, string(d.Code))
	}
	require.Equal(t, []string{"CH0812", "CH0804", "CH0802", "CH0808", "CH0814", "CH0811", "CH0806", "CH0807"}, codes)
}

func TestLimits(t *testing.T) {
	var bag diag.Bag
	require.Nil(t, Parse(source.New("test.fsa", strings.Repeat("-", MaxBytes+1)), nil, &bag))
	require.Equal(t, diag.AutomataTooLarge, bag.Sorted()[0].Code)

	bag = diag.Bag{}
	require.Nil(t, Parse(source.New("test.fsa", strings.Repeat(".outputs\n.state graph\n.marking 0\n.end\n", MaxMachines+1)), nil, &bag))
	require.Len(t, bag.Sorted(), 1)
	require.Equal(t, diag.AutomataTooLarge, bag.Sorted()[0].Code)

	// Hostile texts of the greatest size are rejected in reasonable time.
	for _, line := range []string{
		"0 tau 0\n", "a\n", ".x\n", "0 q ! m 0\n", ".final q\n", ".channel A B sync\n", "/", "{", "environment ", ".outputs\n", ".end\n", "0 set t 1\n", "\xff\n",
		"0 tau 1 set t cancel u\n", "environment x {}\n", "environment { crash A }\n", "0 tau 1 set",
	} {
		bag = diag.Bag{}
		head := ".outputs A\n.state graph\n.marking 0\n"
		Parse(source.New("test.fsa", head+strings.Repeat(line, (MaxBytes/8)/len(line))), nil, &bag)
		require.LessOrEqual(t, len(bag.Sorted()), 2*diag.MaxPerFile)
	}
	var b, unmatched, timers, environments strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&timers, "0 timeout t%d 1 set u%d\n", i, i)
	}
	bag = diag.Bag{}
	require.Nil(t, Parse(source.New("test.fsa", ".outputs A\n.state graph\n.marking 0\n"+timers.String()+".end\n"), nil, &bag))
	require.Contains(t, fmt.Sprint(bag.Sorted()), "more than 100 timers")
	timers.Reset()
	for i := range 300_000 {
		fmt.Fprintf(&timers, " set t%d", i)
	}
	bag = diag.Bag{}
	require.Nil(t, Parse(source.New("test.fsa", ".outputs A\n.state graph\n.marking 0\n0 tau 0"+timers.String()+"\n.end\n"), nil, &bag))
	require.Contains(t, fmt.Sprint(bag.Sorted()), "more than 100 timers")
	for i := range MaxMachines {
		fmt.Fprintf(&environments, ".outputs m%d\n.state graph\n0 tau 0\n.marking 0\n.end\n", i)
	}
	bag = diag.Bag{}
	require.Nil(t, Parse(source.New("test.fsa", environments.String()+"environment x { loss * -> *\n duplicate * -> * }"), nil, &bag))
	require.Contains(t, fmt.Sprint(bag.Sorted()), "faults")
	b.WriteString(".outputs A\n.state graph\n.marking 0\n")
	unmatched.WriteString(".outputs A\n.state graph\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "s%d p%d ! m%d s%d\n", i, i, i, i+1)
		fmt.Fprintf(&unmatched, "s%d B ! m%d s%d\n", i, i, i+1)
	}
	unmatched.WriteString(".marking s0\n.end\n.outputs B\n.state graph\n.marking 0\n.end\n")
	bag = diag.Bag{}
	require.NotNil(t, Parse(source.New("test.fsa", unmatched.String()), nil, &bag))
	require.Len(t, bag.Sorted(), diag.MaxPerFile)
	b.WriteString(".end\n.outputs B\n.state graph\n.marking 0\n.final")
	for i := range 20_000 {
		fmt.Fprintf(&b, " f%d", i)
	}
	bag = diag.Bag{}
	require.Nil(t, Parse(source.New("test.fsa", b.String()), nil, &bag))
}

func TestLooks(t *testing.T) {
	for text, want := range map[string]bool{
		sample: true, "-- x\n/* y */ .outputs A": true, ".channels sync\n.channel A B sync\n.outputs": true,
		"": false, ".channels sync": false, "A: end": false, "choreography X": false, ".state graph": false, "/* .outputs": false,
	} {
		require.Equal(t, want, Looks(text), text)
	}
}

// TestCorpora reads every file of others that looks like this format.
func TestCorpora(t *testing.T) {
	seen := 0
	for _, root := range []string{"../../../shared/corpora/kmc", "../../../shared/corpora/search", "../../../shared/bench"} {
		if _, err := os.Stat(root); err != nil {
			t.Skip("the corpora are not there")
		}
		require.NoError(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil || !Looks(string(text)) {
				return err
			}
			seen++
			p := parse(t, string(text))
			require.Greater(t, len(p.Automata.Machines), 1, path)
			for _, m := range p.Automata.Machines {
				require.NotEmpty(t, m.Transitions, path)
			}
			roundTrip(t, p.Automata)
			return nil
		}))
	}
	require.Greater(t, seen, 45)
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(".channels fifo 2\n.outputs A\n.state graph\n0 1 ! m 0\n.marking 0\n.final 0\n.end\n.outputs\n.state graph\n0 0 ? m 0\n.marking 0\n.end")
	f.Add("environment x { } .outputs 1\n.state graph\n0 set t 1\n\xff /*")
	f.Add(timed + "environment { crash A; at most 1 }")
	f.Add(three + "environment x { loss * -> W } environment y { partition A | W[0] }")
	f.Fuzz(func(t *testing.T, text string) {
		var bag diag.Bag
		p := Parse(source.New("fuzz.fsa", text), nil, &bag)
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
			for s, name := range stateNames(m) {
				if name != m.States[s].Name {
					return // a state named `!` is written as a number
				}
			}
		}
		if len(checkEnvironments(p.Automata, p.Environments)) == 0 {
			roundTrip(t, p.Automata, p.Environments...)
		}
	})
}
