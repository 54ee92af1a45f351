package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// What must not be forgotten: choreographies in which a role still asks for a status
// or a number that looks as if nobody could come back to it.

const (
	alice model.RoleID = iota
	bob
	carol
)

func tell(from, to model.RoleID, label model.LabelID) model.Stmt {
	return &model.Interaction{From: from, To: to, Label: label}
}

// forgetful is a choreography of three roles with these scopes: the positions of
// scope i are numbered after those of the scopes before it.
func forgetful(body model.Seq, scopes ...model.Scope) *model.Choreography {
	c := &model.Choreography{Name: "Forgetful", Labels: []string{"a", "b"}, Body: body}
	c.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 2}
	for _, name := range []string{"A", "B", "C"} {
		c.Roles = append(c.Roles, model.Role{Name: name})
	}
	c.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	c.Positions, c.Threads, c.Scopes = []model.Position{{Scope: -1}}, []model.ThreadID{0}, scopes
	for s := range scopes {
		for part := range len(scopes[s].Handlers) + 1 {
			c.Positions = append(c.Positions, model.Position{Scope: model.ScopeID(s), Part: part})
		}
	}
	c.EndPoints = []model.EndPoint{{Role: bob}}
	return c
}

func at(roles ...model.RoleID) []model.Handler {
	var out []model.Handler
	for _, r := range roles {
		out = append(out, model.Handler{At: r})
	}
	return out
}

func TestForgottenTooEarly(t *testing.T) {
	forever := func(body ...model.Stmt) model.Seq {
		r := &model.Rec{Name: "L"}
		r.Body = append(body, &model.Continue{Target: r})
		return model.Seq{r}
	}
	for name, c := range map[string]*model.Choreography{
		// C asks whether B has left the instance that C is in.
		"asked by a receive": forgetful(append(model.Seq{tell(bob, alice, 0)}, forever(
			tell(bob, carol, 1),
			&model.Try{Scope: 0, Body: model.Seq{tell(carol, alice, 0), tell(bob, carol, 0)}, Handlers: []model.Seq{{tell(bob, alice, 0)}}},
		)...), model.Scope{Looped: true, Handlers: at(bob)}),
		// B takes a message of the second scope for one of the first one, and draws.
		"drawn by a receive": forgetful(forever(
			&model.Try{Scope: 0, Body: model.Seq{tell(carol, bob, 0), tell(bob, alice, 0), tell(alice, bob, 1)}, Handlers: []model.Seq{{tell(alice, bob, 0)}}},
			&model.Try{Scope: 1, Body: model.Seq{tell(alice, bob, 0)}, Handlers: []model.Seq{{}, {tell(alice, bob, 0)}}},
		), model.Scope{Looped: true, DiscardLate: true, Handlers: at(alice)}, model.Scope{Looped: true, Handlers: at(bob, alice)}),
		// C says how it has left the inner scope after it has left the outer one.
		"told of an inner scope": forgetful(append(model.Seq{tell(alice, bob, 0)}, forever(
			tell(alice, bob, 0),
			&model.Try{Scope: 0, Body: model.Seq{
				&model.Try{Scope: 1, Body: model.Seq{tell(carol, alice, 0), &model.RaiseStmt{At: bob}}, Handlers: []model.Seq{{tell(bob, carol, 0)}}},
			}, Handlers: []model.Seq{{tell(bob, alice, 0)}}},
			&model.Try{Scope: 2, Body: model.Seq{tell(carol, alice, 1)}, Handlers: []model.Seq{{tell(alice, bob, 0)}, {tell(bob, carol, 0)}}},
		)...), model.Scope{Looped: true, Handlers: at(bob)}, model.Scope{Outer: 1, Handlers: at(bob)}, model.Scope{Looped: true, Handlers: at(alice, bob)}),
	} {
		t.Run(name, func(t *testing.T) {
			env := &model.Environment{Name: "rough", Limit: 2, Faults: []model.Fault{{Kind: model.RaiseFault, Role: bob, Peer: -1, Label: -1}}}
			a, _, err := model.Project(c)
			require.NoError(t, err)
			net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
			require.NoError(t, err)
			l := &lockstep{t: t, a: a, net: net, seen: map[string]bool{}, in: replay.New(a, replay.Options{Environment: env})}
			l.run(2000)
			l.deep = true
			l.run(2000)
		})
	}
}

// A message that says nothing of the scope that it comes from leads to an action in
// that all the same.
func TestForgottenWhileUntoldMessageIsOnItsWay(t *testing.T) {
	inside, outside := []model.Place{{Position: 1}}, []model.Place{{}}
	move := func(kind model.Kind, from, to int, peer model.RoleID, places []model.Place) model.Transition {
		return model.Transition{Kind: kind, From: from, To: to, Peer: peer, Label: 0, Places: places, Origins: []model.Origin{0}}
	}
	c := forgetful(nil, model.Scope{Handlers: at(alice)})
	a := &model.Automata{Name: "Untold", Labels: c.Labels, Structure: c.Structure, Roles: c.Roles[:2], Channels: c.Channels}
	a.Machines = []model.Machine{
		{States: make([]model.LocalState, 3), Transitions: []model.Transition{
			move(model.Receive, 0, 1, bob, inside), move(model.Send, 1, 2, bob, inside),
		}},
		{States: make([]model.LocalState, 4), Transitions: []model.Transition{
			move(model.Send, 0, 1, alice, inside), move(model.Internal, 1, 2, -1, outside), move(model.Receive, 2, 3, alice, inside),
		}},
	}
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{})
	require.NoError(t, err)
	l := &lockstep{t: t, a: a, net: net, seen: map[string]bool{}, in: replay.New(a, replay.Options{})}
	l.run(100)
}
