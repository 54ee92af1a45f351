package model_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/model"
)

// The slow twin of projection: the words of a role, read off the tree directly.
// An outcome is a sequence of actions, and how it ends.

const longest = 5

type outcome struct {
	word string // actions, each in brackets
	exit string // "" at the end, "end", "cut" at the longest length, or the name of a rec
}

func length(word string) int { return strings.Count(word, "[") }

type wordReader struct {
	role model.RoleID
	// late: after a thread's `end`, the other threads may go on for a while. That
	// is so where the role cannot know that the thread is there, which words do
	// not tell: so the truth lies between the words without and with it.
	late bool
}

func (w wordReader) seq(s model.Seq) map[outcome]bool {
	done := map[outcome]bool{{}: true}
	for _, st := range s {
		done = w.then(done, func() map[outcome]bool { return w.stmt(st) })
	}
	return done
}

// then appends what follows to every outcome that came to its end.
func (w wordReader) then(first map[outcome]bool, next func() map[outcome]bool) map[outcome]bool {
	out := map[outcome]bool{}
	var after map[outcome]bool
	for o := range first {
		if o.exit != "" {
			out[o] = true
			continue
		}
		if after == nil {
			after = next()
		}
		for a := range after {
			out[cut(outcome{o.word + a.word, a.exit})] = true
		}
	}
	return out
}

func cut(o outcome) outcome {
	if length(o.word) < longest {
		return o
	}
	parts := strings.SplitAfter(o.word, "]")
	return outcome{strings.Join(parts[:longest], ""), "cut"}
}

func (w wordReader) stmt(st model.Stmt) map[outcome]bool {
	skip := map[outcome]bool{{}: true}
	if !w.takesPart(st, nil) {
		return skip
	}
	switch st := st.(type) {
	case *model.Interaction:
		if w.role == st.From {
			return map[outcome]bool{{word: fmt.Sprintf("[!%d %d]", st.To, st.Label)}: true}
		}
		return map[outcome]bool{{word: fmt.Sprintf("[?%d %d]", st.From, st.Label)}: true}
	case *model.Let:
		return map[outcome]bool{{word: fmt.Sprintf("[=%d]", st.Value.Value)}: true}
	case *model.End:
		return map[outcome]bool{{exit: "end"}: true}
	case *model.Continue:
		return map[outcome]bool{{exit: st.Target.Name}: true}
	case *model.Choice:
		out := map[outcome]bool{}
		for _, b := range st.Branches {
			maps.Copy(out, w.seq(b.Body))
		}
		return out
	case *model.Loop:
		return w.rounds(skip, func() map[outcome]bool { return w.seq(st.Body) }, "")
	case *model.Rec:
		body := w.seq(st.Body)
		out := map[outcome]bool{}
		for o := range w.rounds(map[outcome]bool{{exit: st.Name}: true}, func() map[outcome]bool { return body }, st.Name) {
			if o.exit == st.Name {
				o.exit = "cut" // one may go round for ever without an action
			}
			out[o] = true
		}
		return out
	case *model.Par:
		out := skip
		for _, t := range st.Threads {
			out = w.shuffles(out, w.seq(t))
		}
		return out
	}
	panic("statement")
}

// rounds repeats a body after every outcome with the exit `again` until nothing new comes.
func (w wordReader) rounds(start map[outcome]bool, body func() map[outcome]bool, again string) map[outcome]bool {
	all := maps.Clone(start)
	for {
		before := len(all)
		for o := range maps.Clone(all) {
			if o.exit != again {
				continue
			}
			for b := range body() {
				all[cut(outcome{o.word + b.word, b.exit})] = true
			}
		}
		if len(all) == before {
			return all
		}
	}
}

// shuffles interleaves two threads. An `end` of one stops the other anywhere.
func (w wordReader) shuffles(xs, ys map[outcome]bool) map[outcome]bool {
	out := map[outcome]bool{}
	for x := range xs {
		for y := range ys {
			for _, a := range stops(x, y.exit) {
				for _, b := range stops(y, x.exit) {
					if ends := x.exit == "end" && a == x.word || y.exit == "end" && b == y.word; !ends && (x.exit == "end" || y.exit == "end") {
						continue // neither has come to its end yet
					}
					exit := ""
					switch {
					case x.exit == "end" || y.exit == "end":
						exit = "end"
					case x.exit == "cut" || y.exit == "cut":
						exit = "cut"
					}
					for _, word := range interleave(mark(a, "x"), mark(b, "y")) {
						if !w.late && (x.exit == "end" && a == x.word && strings.HasSuffix(word, "y") || y.exit == "end" && b == y.word && strings.HasSuffix(word, "x")) {
							continue
						}
						out[cut(outcome{unmark(word), exit})] = true
					}
				}
			}
		}
	}
	return out
}

// mark adds to each action of a word whose it is.
func mark(word, whose string) []string {
	list := actions(word)
	for i := range list {
		list[i] += whose
	}
	return list
}

func unmark(word string) string { return strings.NewReplacer("]x", "]", "]y", "]").Replace(word) }

// stops lists the prefixes of a word at which the other thread's end may stop it.
func stops(o outcome, other string) []string {
	if other != "end" {
		return []string{o.word}
	}
	return prefixes(o.word)
}

func actions(word string) []string {
	parts := strings.SplitAfter(word, "]")
	return slices.Clone(parts[:len(parts)-1])
}

func prefixes(word string) []string {
	out := []string{""}
	for i := range actions(word) {
		out = append(out, strings.Join(actions(word)[:i+1], ""))
	}
	return out
}

func interleave(x, y []string) []string {
	if len(x) == 0 || len(y) == 0 {
		return []string{strings.Join(x, "") + strings.Join(y, "")}
	}
	var out []string
	for _, rest := range interleave(x[1:], y) {
		out = append(out, x[0]+rest)
	}
	for _, rest := range interleave(x, y[1:]) {
		out = append(out, y[0]+rest)
	}
	return out
}

func (w wordReader) takesPart(st model.Stmt, inside []*model.Rec) bool {
	some := func(s model.Seq) bool {
		return slices.ContainsFunc(s, func(st model.Stmt) bool { return w.takesPart(st, inside) })
	}
	switch st := st.(type) {
	case *model.Interaction:
		return st.From == w.role || st.To == w.role
	case *model.Let:
		return st.At == w.role
	case *model.End:
		return st.At == w.role
	case *model.Continue:
		return !slices.Contains(inside, st.Target) && w.takesPart(st.Target, inside)
	case *model.Choice:
		return st.At == w.role || slices.ContainsFunc(st.Branches, func(b model.Branch) bool { return some(b.Body) })
	case *model.Loop:
		return st.At == w.role || some(st.Body)
	case *model.Rec:
		inside = append(slices.Clone(inside), st)
		return some(st.Body)
	case *model.Par:
		return slices.ContainsFunc(st.Threads, some)
	}
	panic("statement")
}

// automatonWords are the words of a machine, without internal steps that assign
// nothing: all of them, and those that end in a final state.
func automatonWords(m model.Machine) (all, final map[string]bool) {
	all, final = map[string]bool{}, map[string]bool{}
	type item struct {
		state int
		word  string
	}
	seen := map[item]bool{{m.Initial, ""}: true}
	todo := []item{{m.Initial, ""}}
	for len(todo) > 0 {
		it := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		all[it.word] = true
		if m.States[it.state].Final && length(it.word) < longest {
			final[it.word] = true
		}
		for _, t := range m.Transitions {
			if t.From != it.state {
				continue
			}
			next := item{t.To, it.word}
			switch {
			case t.Kind == model.Send:
				next.word += fmt.Sprintf("[!%d %d]", t.Peer, t.Label)
			case t.Kind == model.Receive:
				next.word += fmt.Sprintf("[?%d %d]", t.Peer, t.Label)
			case len(t.Assigns) > 0:
				next.word += fmt.Sprintf("[=%d]", t.Assigns[0].Value.Value)
			}
			if length(next.word) <= longest && !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return all, final
}

// choreographies generates small trees over three roles.
func choreographies() *rapid.Generator[*model.Choreography] {
	return rapid.Custom(func(t *rapid.T) *model.Choreography {
		c := &model.Choreography{Name: "Random", Labels: []string{"a", "b", "c"}}
		for _, name := range []string{"A", "B", "C"} {
			c.Roles = append(c.Roles, model.Role{Name: name})
		}
		c.Vars = []model.Var{{Name: "x", Domain: model.Domain{High: 9}}}
		recs, origin := 0, model.Origin(0)
		role := func() model.RoleID { return model.RoleID(rapid.IntRange(0, 2).Draw(t, "role")) }
		var seq func(depth int, open []*model.Rec) model.Seq
		stmt := func(depth int, open []*model.Rec) model.Stmt {
			origin++
			here := origin
			kind := rapid.IntRange(0, 11).Draw(t, "kind")
			if depth == 0 {
				kind %= 5
			}
			switch kind {
			case 4:
				if rapid.Bool().Draw(t, "let") {
					return &model.Let{Value: model.Const(int64(rapid.IntRange(0, 1).Draw(t, "value"))), Origin: here}
				}
				if len(open) > 0 {
					return &model.Continue{Target: rapid.SampledFrom(open).Draw(t, "target"), Origin: here}
				}
				return &model.End{At: role(), Origin: here}
			case 5, 6:
				return &model.Choice{At: role(), Origin: here, Branches: []model.Branch{{Body: seq(depth-1, open), Origin: here}, {Body: seq(depth-1, open), Origin: here}}}
			case 7:
				return &model.Loop{At: role(), Body: seq(depth-1, open), Origin: here}
			case 8, 9:
				recs++
				r := &model.Rec{Name: fmt.Sprintf("L%d", recs), Origin: here}
				r.Body = seq(depth-1, append(slices.Clone(open), r))
				return r
			case 10:
				return &model.Par{Threads: []model.Seq{seq(depth-1, nil), seq(depth-1, nil)}, Origin: here}
			}
			from := role()
			to := (from + 1 + model.RoleID(rapid.IntRange(0, 1).Draw(t, "to"))) % 3
			return &model.Interaction{From: from, To: to, Label: model.LabelID(rapid.IntRange(0, 2).Draw(t, "label")), Origin: here}
		}
		seq = func(depth int, open []*model.Rec) model.Seq {
			var s model.Seq
			for range rapid.IntRange(0, 3).Draw(t, "length") {
				s = append(s, stmt(depth, open))
			}
			return s
		}
		c.Body = seq(3, nil)
		return c
	})
}

// words are all words of a role, and the complete ones.
func (w wordReader) words(body model.Seq) (all, final map[string]bool) {
	all, final = map[string]bool{"": true}, map[string]bool{}
	for o := range w.seq(body) {
		for _, p := range prefixes(o.word) {
			all[p] = true
		}
		if o.exit == "" || o.exit == "end" {
			final[o.word] = true
		}
	}
	return all, final
}

func between(t *rapid.T, least, got, most map[string]bool, what string) {
	for word := range least {
		require.True(t, got[word], "%s: %q is missing", what, word)
	}
	for word := range got {
		require.True(t, most[word], "%s: %q is too much", what, word)
	}
}

func TestProjectionKeepsTheWordsOfEachRole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choreographies().Draw(t, "choreography")
		t.Logf("%s", dump(c.Body))
		a, _, err := model.Project(c)
		require.NoError(t, err)
		for r := range c.Roles {
			leastAll, leastFinal := (wordReader{role: model.RoleID(r)}).words(c.Body)
			mostAll, mostFinal := (wordReader{role: model.RoleID(r), late: true}).words(c.Body)
			all, final := automatonWords(a.Machines[r])
			between(t, leastAll, all, mostAll, "words of "+c.Roles[r].Name)
			between(t, leastFinal, final, mostFinal, "complete words of "+c.Roles[r].Name)
		}
	})
}
