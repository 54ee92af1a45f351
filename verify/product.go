package verify

import (
	"encoding/binary"
	"sync"

	"chorcheck/lts"
	"chorcheck/model"
)

// unheard is the system of those runs in which one role has heard nothing of a
// failure: a decorator of a network. A configuration has one more word, which is 1
// after the first fault, or raise of another role. From then on all steps are left out by
// which the role enters a handler, or by which a timer of it fires: what they
// lead to is no evidence for silent-survivor.
//
// The only mark is markSilent.
type unheard struct {
	net    *model.Network
	role   model.RoleID
	news   []bool // by action: a fault, or a raise of another role
	heard  []bool // by action: the role learns of it
	ends   bool   // terminal configurations count
	within stateSet
	spare  sync.Pool // of *lts.Steps
}

// markSilent marks a configuration in which the role waits for ever, after a
// failure of which it has not heard.
const markSilent lts.Marks = 1

func newUnheard(net *model.Network, role model.RoleID, ends bool, within stateSet) *unheard {
	u := &unheard{net: net, role: role, ends: ends, within: within}
	for a := range net.Actions() {
		info := net.Action(lts.Action(a))
		u.news = append(u.news, isNews(net, info, role))
		u.heard = append(u.heard, hearsOf(net, info, role))
	}
	return u
}

// isNews reports whether an action is a fault, or a raise at another role.
func isNews(net *model.Network, info model.ActionInfo, role model.RoleID) bool {
	if info.Heals {
		return false
	}
	if info.Fault >= 0 {
		return true
	}
	return info.Role != role && info.Transition >= 0 && raisesNow(&net.Automata().Machines[info.Role].Transitions[info.Transition], info.Fails)
}

// hearsOf reports whether, by an action, a role enters a handler or a timer of it fires.
func hearsOf(net *model.Network, info model.ActionInfo, role model.RoleID) bool {
	machines := net.Automata().Machines
	if info.Peer == role && info.PeerTransition >= 0 && machines[role].Transitions[info.PeerTransition].Handler != nil {
		return true
	}
	if info.Role != role || info.Transition < 0 {
		return false
	}
	t := &machines[role].Transitions[info.Transition]
	return t.Handler != nil || t.Kind == model.Timeout
}

// Width implements lts.System.
func (u *unheard) Width() int { return u.net.Width() + 1 }

// Actions implements lts.System.
func (u *unheard) Actions() int { return u.net.Actions() }

// Init implements lts.System.
func (u *unheard) Init() lts.State { return append(u.net.Init(), 0) }

// Next implements lts.System.
func (u *unheard) Next(s lts.State, out *lts.Steps) lts.Marks {
	n := u.net.Width()
	inner, happened := s[:n:n], s[n]
	steps, ok := u.spare.Get().(*lts.Steps)
	if !ok {
		steps = lts.NewSteps(n)
	}
	defer u.spare.Put(steps)
	steps.Reset()
	marks := u.net.Next(inner, steps)
	for i, a := range steps.Actions {
		next := happened
		if u.news[a] {
			next = 1
		}
		if next == 1 && u.heard[a] {
			continue
		}
		t := out.Append(a, s)
		copy(t, steps.Target(i))
		t[n] = next
	}
	if happened == 1 && u.waitsForEver(inner, marks) {
		return markSilent
	}
	return 0
}

func (u *unheard) waitsForEver(s lts.State, marks lts.Marks) bool {
	if u.net.Control(s, u.role) < 0 || isFinal(u.net, s, u.role) {
		return false
	}
	return u.ends && marks&model.MarkQuiet != 0 || u.within.has(s)
}

// stateSet is a set of configurations.
type stateSet map[string]struct{}

func key(s lts.State) string {
	b := make([]byte, 0, 8*len(s))
	for _, w := range s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return string(b)
}

func (x stateSet) add(s lts.State) { x[key(s)] = struct{}{} }

func (x stateSet) has(s lts.State) bool {
	if len(x) == 0 {
		return false
	}
	_, ok := x[key(s)]
	return ok
}
