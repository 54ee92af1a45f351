package oracles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/spin"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
)

// pairs has two pairs of roles that have nothing to do with each other and go on for ever.
const pairs = `choreography Pairs
role A, B, C, D
channels fifo 1
par {
  rec left {
    A -> B: ask
    B -> A: answer
    continue left
  }
} and {
  rec right {
    C -> D: ask
    D -> C: answer
    continue right
  }
}
`

// spinModel is a protocol and what is asked of it. Formulas are about configurations only, and without next, so
// that SPIN and we mean the same by them.
type spinModel struct {
	name     string // a file of specs, or a name for the text
	text     string
	opt      lang.Options
	formulas []string
	atoms    []string // of random formulas

	// SPIN's fairness is one to processes, ours to threads and deliveries. Without faults and with a queue for each
	// pair of roles, what is fair for us is fair for SPIN. It is the same, if no role has a choice between things that are fair
	// one by one: threads, or messages from several senders.
	same bool
	// With faults SPIN's fairness is none of ours: it would make the environment strike.
	faults bool
}

func spinModels() []spinModel {
	return []spinModel{
		{
			name: "pairs", text: pairs, same: true,
			formulas: []string{
				"always eventually not empty(A -> B)", "always eventually empty(A -> B)", "eventually always empty(A -> B)",
				"always eventually not empty(A -> B) or always eventually not empty(C -> D)",
			},
			atoms: []string{"empty(A -> B)", "empty(C -> D)", "full(D -> C)"},
		},
		{
			name: "retries.chor", same: true,
			formulas: []string{
				"eventually Client done", "eventually Client.tries == 3", "always (Client.tries == 2 implies eventually Client done)",
				"not Client.tries == 3 weakly until Client.pause > 0", "always (empty(Client -> Server) or empty(Server -> Client))",
				"Server.load == high leads to Client.pause == 2",
			},
			atoms: []string{"Client done", "Server done", "Client.tries >= 2", "Client.pause == 1", "Server.load == high", "empty(Client -> Server)"},
		},
		{
			name: "polling.chor", same: true,
			formulas: []string{"eventually Client done", "eventually Client.ready or always eventually Client.polls == 3", "always not Client.polls == 3"},
			atoms:    []string{"Client done", "Client.ready == true", "Client.polls == 2", "Client.polls == 3", "empty(Reports -> Client)"},
		},
		{
			name: "token-ring.chor", opt: lang.Options{Set: map[string]int64{"n": 2}}, same: true,
			formulas: []string{
				"always eventually not empty(Station[0] -> Station[1])", "always eventually not empty(Station[0] -> Printer)",
				"always not (full(Station[0] -> Printer) and full(Station[1] -> Printer))",
			},
			atoms: []string{"empty(Station[0] -> Station[1])", "empty(Station[1] -> Station[0])", "empty(Station[1] -> Printer)", "full(Printer -> Station[0])"},
		},
		{
			name: "leader-election.chor", opt: lang.Options{Set: map[string]int64{"n": 3}},
			formulas: []string{"eventually for some w in Node: w.leads == true", "always not (Node[0].leads == true and Node[1].leads == true)", "always Node[2].heard <= 1"},
			atoms:    []string{"Node[0] done", "Node[1] done", "Node[1].leads == true", "Node[2].best == 2", "Node[0].heard > 0"},
		},
		{
			name: "chat.chor", opt: lang.Options{Channels: &model.Channel{Discipline: model.FIFO, Capacity: 2}},
			formulas: []string{"not empty(Alice -> Room) leads to empty(Alice -> Room)", "eventually Room done", "eventually Bob done"},
			atoms:    []string{"Alice done", "Room done", "empty(Alice -> Room)", "empty(Room -> Bob)"},
		},
		{
			name: "order-payment.chor", same: true,
			formulas: []string{"eventually Customer done", "eventually Shop done", "Shop done leads to Depot done"},
			atoms:    []string{"Customer done", "Shop done", "Bank done", "Depot done", "empty(Bank -> Shop)"},
		},
		{
			name: "two-phase-commit.chor", opt: lang.Options{Set: map[string]int64{"n": 2}, Faults: "crash Coordinator; loss Coordinator -> Participant; at most 1"}, faults: true,
			formulas: []string{"eventually Participant[0] done", "eventually (Participant[0] done or Coordinator crashed)", "always (Coordinator done implies Participant[1] done)"},
			atoms:    []string{"Coordinator done", "Coordinator crashed", "Participant[0] done", "Coordinator.yeses == 2", "empty(Participant[1] -> Coordinator)"},
		},
	}
}

// TestSPINProperties compares verdicts on properties with SPIN's, with and without weak fairness. The never claims are our
// automata, in SPIN's language; what SPIN adds is a search, and a meaning of fairness, of its own.
func TestSPINProperties(t *testing.T) {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	models := spinModels()
	if testing.Short() {
		models = models[:2]
	}
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.formulas = append(m.formulas, randomFormulas(m.atoms, 12)...)
			compareProperties(t, m)
		})
	}
}

func compareProperties(t *testing.T, m spinModel) {
	text := m.text
	if text == "" {
		file, err := os.ReadFile(filepath.Join("../../specs", m.name))
		require.NoError(t, err)
		text = string(file)
	}
	before, after, ok := strings.Cut(text, "role ")
	require.True(t, ok)
	for i, f := range m.formulas {
		before += fmt.Sprintf("property claim%d: %s\n", i, f)
	}
	u := lang.Load(source.New("a.chor", before+"role "+after), m.opt)
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	require.Len(t, u.Environments, 1)
	properties := slices.DeleteFunc(slices.Clone(u.Properties), func(p *model.Property) bool { return !strings.HasPrefix(p.Name, "claim") })
	require.Len(t, properties, len(m.formulas))

	pan := compileClaims(t, u, properties)
	violated := map[bool]int{}
	differ := 0
	for _, fairness := range []verify.Fairness{verify.NoFairness, verify.WeakFairness} {
		if m.faults && fairness != verify.NoFairness {
			continue
		}
		var only []string
		for _, p := range properties {
			only = append(only, p.Name)
		}
		r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
			Workers: 1, Environments: u.Environments, Properties: properties, Only: only, Fairness: fairness,
		})
		require.NoError(t, err)
		for i, c := range r.Environments[0].Checks {
			p := properties[i]
			require.Equal(t, p.Name, c.Check.ID)
			theirs, ours := pan(p.Name, fairness == verify.WeakFairness), c.Verdict == verify.Violated
			require.True(t, ours || c.Verdict == verify.Holds, "%s: %s", p.Text, c.Verdict)
			violated[ours]++
			if fairness == verify.WeakFairness && !m.same {
				assert.False(t, ours && !theirs, "%s fairness: SPIN finds no run that violates %s", fairness, p.Text)
				if ours != theirs {
					differ++
				}
				continue
			}
			assert.Equal(t, theirs, ours, "%s fairness: violated: %s", fairness, p.Text)
		}
	}
	assert.Positive(t, violated[true])
	assert.Positive(t, violated[false])
	if m.name == "chat.chor" { // nothing forces SPIN's Room to take from Alice what it has time for
		assert.Positive(t, differ)
	}
}

// randomFormulas are formulas over atoms, without next.
func randomFormulas(atoms []string, n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	var draw func(operators int) string
	draw = func(operators int) string {
		if operators <= 0 {
			return "(" + atoms[random.IntN(len(atoms))] + ")"
		}
		if unary := []string{"not", "always", "eventually", "eventually"}; random.IntN(2) == 0 {
			return "(" + unary[random.IntN(len(unary))] + " " + draw(operators-1) + ")"
		}
		binary := []string{"and", "or", "implies", "until", "weakly until", "releases"}
		left := random.IntN(operators)
		return "(" + draw(left) + " " + binary[random.IntN(len(binary))] + " " + draw(operators-1-left) + ")"
	}
	var all []string
	for i := range n {
		all = append(all, draw(3+i%4))
	}
	return all
}

// compileClaims makes SPIN's verifier of a model with one never claim for each property, and gives what
// tells whether there is a run that a claim accepts.
func compileClaims(t *testing.T, u *lang.Unit, properties []*model.Property) func(claim string, fair bool) bool {
	m, err := spin.Commands(u.Automata, u.Environments[0], false)
	require.NoError(t, err)
	for _, p := range properties {
		fs := p.Formulas
		a, err := ltl.Translate(fs, fs.Not(p.Formula), ltl.Options{StateBased: true})
		require.NoError(t, err)
		require.NoError(t, m.AddClaim(p.Name, a, p.Atoms))
	}
	v, err := spin.Compile(m, spin.Mode{Defines: []string{"-O0", "-DNOREDUCE"}})
	require.NoError(t, err)
	t.Cleanup(v.Remove)
	return func(claim string, fair bool) bool {
		run, err := v.Claim(claim, fair, 1<<17)
		require.NoError(t, err, claim)
		return run.Errors > 0
	}
}
