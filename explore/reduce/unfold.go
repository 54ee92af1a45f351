package reduce

import (
	"fmt"

	"chorcheck/lts"
)

// Unfold finds a run of sys whose configurations have the canonical forms that t, a run
// of Quotient(sys, canon), passes: the first configuration is the initial one, and
// each further one is the first successor that fits. It has as many steps as t. Its
// actions need not be those of t: another part may take the part of the one that t names.
//
// No choice on the way is wrong if configurations of equal canonical form always have successors of equal canonical
// forms. The error says where there is no successor that fits: t is then no such run, or canon no
// such function.
func Unfold(sys lts.System, canon func(lts.State), t lts.Trace) (lts.Trace, error) {
	if len(t.States) != len(t.Actions)+1 {
		return lts.Trace{}, fmt.Errorf("reduce: a run of %d configurations and %d actions", len(t.States), len(t.Actions))
	}
	s := sys.Init()
	form := s.Clone()
	canon(form)
	if !form.Equal(t.States[0]) {
		return lts.Trace{}, fmt.Errorf("reduce: the run does not start where the system does")
	}
	out := lts.Trace{States: []lts.State{s}}
	steps := lts.NewSteps(sys.Width())
next:
	for i, want := range t.States[1:] {
		steps.Reset()
		sys.Next(s, steps)
		for j := range steps.Len() {
			copy(form, steps.Target(j))
			canon(form)
			if form.Equal(want) {
				s = steps.Target(j).Clone()
				out.States, out.Actions = append(out.States, s), append(out.Actions, steps.Actions[j])
				continue next
			}
		}
		return lts.Trace{}, fmt.Errorf("reduce: no step leads where step %d of the run does", i+1)
	}
	return out, nil
}
