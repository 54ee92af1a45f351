package promela_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/diag"
	"chorcheck/lang/fsa"
	"chorcheck/lang/promela"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/require"
)

// count runs SPIN on automata and yields the states and transitions that it finds,
// or, with the process that looks for deadlocks, the states and the failed assertions.
func count(t *testing.T, a *model.Automata, env *model.Environment, opt promela.Options, deadlock bool) (states, second int) {
	t.Helper()
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	var text bytes.Buffer
	require.NoError(t, promela.Write(&text, a, env, opt))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "m.pml"), text.Bytes(), 0o644))
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s\n%s", name, out, text.String())
		return string(out)
	}
	define := "-DCOUNT"
	if deadlock {
		define = "-DDEADLOCK"
	}
	run("spin", define, "-a", "m.pml")
	size := regexp.MustCompile(`-DVECTORSZ=\d+`).FindString(text.String())
	run("gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", size, "-o", "pan", "pan.c")
	out := run("./pan", "-m200000", "-w20", "-E", "-n", "-c0")
	number := func(pattern string) int {
		m := regexp.MustCompile(pattern).FindStringSubmatch(out)
		require.NotNil(t, m, out)
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		return n
	}
	errors := number(`errors: (\d+)`)
	if deadlock {
		return number(`(\d+) states, stored`), errors
	}
	require.Zero(t, errors, text.String())
	return number(`(\d+) states, stored`), number(`(\d+) transitions \(`) - 1
}

// compare holds SPIN's counts to those of the reference.
func compare(t *testing.T, a *model.Automata, env *model.Environment, opt promela.Options) {
	t.Helper()
	want := naive.SearchIn(a, replay.Options{Environment: env, KeepCrashed: opt.KeepCrashed}, 100_000)
	require.True(t, want.Complete)
	states, transitions := count(t, a, env, opt, false)
	if states != want.States || transitions != want.Transitions {
		var text bytes.Buffer
		require.NoError(t, promela.Write(&text, a, env, opt))
		t.Fatalf("SPIN %d, %d; reference %d, %d\n%s", states, transitions, want.States, want.Transitions, text.String())
	}
}

// deadlocks holds SPIN's verdict on deadlocks to that of the reference.
func deadlocks(t *testing.T, a *model.Automata, env *model.Environment, opt promela.Options) {
	t.Helper()
	want := naive.SearchIn(a, replay.Options{Environment: env, KeepCrashed: opt.KeepCrashed}, 100_000)
	states, failed := count(t, a, env, opt, true)
	require.Equal(t, want.States, states)
	require.Equal(t, len(want.Causes["deadlock"]) > 0, failed > 0, "a deadlock")
}

func same(t *testing.T, a *model.Automata) {
	t.Helper()
	compare(t, a, nil, promela.Options{})
}

// seeds is the number of random cases: SPIN_SEEDS, or what is usual.
func seeds(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("SPIN_SEEDS")); err == nil {
		return n
	}
	if testing.Short() {
		return 2
	}
	return usual
}

func TestRandomAutomataHaveTheSameStates(t *testing.T) {
	for seed := range seeds(8) {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			a := naive.Automata().Example(seed)
			var refused *promela.ExportError
			if errors.As(promela.Write(io.Discard, a, nil, promela.Options{}), &refused) {
				t.Skip(refused) // expressions that may go beyond 32 bits
			}
			same(t, a)
		})
	}
}

func load(t *testing.T, text string) *model.Automata {
	t.Helper()
	a, _ := loadWith(t, text)
	return a
}

func loadWith(t *testing.T, text string) (*model.Automata, []*model.Environment) {
	t.Helper()
	var bag diag.Bag
	p := fsa.Parse(source.New("test.fsa", text), nil, &bag)
	require.NotNil(t, p, "%v", bag.Sorted())
	return p.Automata, p.Environments
}

// TestBenchmarks compares with the numbers of states that SPIN and two other programs agreed upon.
func TestBenchmarks(t *testing.T) {
	const folder = "../../../shared/bench"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the benchmark automata are not there")
	}
	for name, states := range map[string]int{
		"saga-2": 12_947, "sliding-window-2-4": 14_373, "pipeline-5": 23_328, "two-phase-commit-3": 23_549,
	} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(folder, name+".fsa"))
			require.NoError(t, err)
			got, _ := count(t, load(t, string(text)), nil, promela.Options{}, false)
			require.Equal(t, states, got)
		})
	}
}

func TestDisciplines(t *testing.T) {
	const body = `
.channel C B fifo 1
.outputs a_b
.state graph
0 1 ! x 1
1 1 ! x 2
1 1 ! y 0
2 tau 0
2 1 ? z 1
.marking 0
.end
.outputs a.b
.state graph
0 0 ? x 0
0 0 ? y 1
0 2 ? x 1
1 0 ! z 0
1 0 ! z 0
.marking 0
.end
.outputs active
.state graph
q 1 ! x r
r tau q
.marking q
.end
`
	for i, d := range []string{"fifo 1", "fifo 3", "mailbox 2", "bag 2", "bag 3", "sync"} {
		for j, own := range []string{"fifo 1", "bag 2", "sync"} {
			if (i+j)%3 != 0 {
				continue
			}
			t.Run(d+"/"+own, func(t *testing.T) {
				t.Parallel()
				same(t, load(t, ".channels "+d+"\n"+strings.Replace(body, "C B fifo 1", "active a.b "+own, 1)))
			})
		}
	}
}

// TestTimers counts states in which timers are off, armed, or armed though their wait is over.
func TestTimers(t *testing.T) {
	const body = `
.outputs A
.state graph
0 tau 1 set t set u
1 B ! m 2 set u
2 B ? n 3
2 B ? n 0 cancel t
2 timeout t 0 cancel u
2 timeout t 2 set t
3 timeout t 3
3 timeout u 0
3 B ? n 3 set t
.marking 0
.end
.outputs B
.state graph
0 A ? m 1 set t
1 A ! n 0
1 timeout t 2
2 A ! n 0 cancel t
0 A ? m 0
.marking 0
.end
`
	for _, d := range []string{"fifo 2", "mailbox 2", "bag 2", "sync"} {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			same(t, load(t, ".channels "+d+body))
		})
	}
}

func TestNamesStayApart(t *testing.T) {
	names := []string{"if", "do", "a_b", "a.b", "a b", "a__b", "ä", "😀", "*/", "#define", "_", "__", "unix", "x\\", "??/"}
	long := strings.Repeat("long", 40)
	names = append(names, long+"1", long+"2")
	a := &model.Automata{Name: "*/ \" \\", Labels: names, Channels: model.Channels{Default: model.Channel{Capacity: 1}}}
	for i, n := range names {
		peer := model.RoleID((i + 1) % len(names))
		last := model.RoleID((i + len(names) - 1) % len(names))
		a.Roles = append(a.Roles, model.Role{Name: n})
		a.Vars = append(a.Vars, model.Var{Name: n, Owner: model.RoleID(i), Domain: model.Domain{High: 1}})
		send := model.Transition{Kind: model.Send, Peer: peer, Label: model.LabelID(i)}
		receive := model.Transition{Kind: model.Receive, Peer: last, Label: model.LabelID(last)}
		path := []model.Transition{receive, send}
		if i == 0 {
			path = []model.Transition{send, receive} // the message goes round once
		}
		path[0].To, path[1].From, path[1].To = 1, 1, 2
		a.Machines = append(a.Machines, model.Machine{
			States:      []model.LocalState{{Name: n}, {Name: "*/"}, {Name: "end", Final: true}},
			Transitions: path,
		})
	}
	same(t, a)
}
