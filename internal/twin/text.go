package twin

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// Text writes a choreography and an environment down, nearly in the language.
func Text(c *model.Choreography, env *model.Environment) string {
	w := &textWriter{c: c}
	fmt.Fprintf(&w.b, "channels %s\n", c.Channels.Default)
	fmt.Fprintf(&w.b, "environment { limit %d\n", env.Limit)
	for _, f := range env.Faults {
		w.fault(f)
	}
	w.b.WriteString("}\n")
	w.seq(c.Body, 0)
	return w.b.String()
}

type textWriter struct {
	c *model.Choreography
	b strings.Builder
}

func (w *textWriter) role(r model.RoleID) string {
	if r < 0 {
		return "-"
	}
	return w.c.Roles[r].Name
}

func (w *textWriter) fault(f model.Fault) {
	fmt.Fprintf(&w.b, "  %s %s %s", f.Kind, w.role(f.Role), w.role(f.Peer))
	switch f.Kind {
	case model.Crash:
		if f.Recovers {
			w.b.WriteString(" recovers")
		}
	case model.Partition:
		fmt.Fprint(&w.b, " ", f.Groups)
	case model.RaiseFault:
		fmt.Fprint(&w.b, " ", w.c.Exceptions[f.Exception].Name)
	case model.Stray:
		fmt.Fprint(&w.b, " ", w.c.Labels[f.Label])
	}
	if f.During != nil {
		fmt.Fprint(&w.b, " during ", f.During)
	}
	w.b.WriteByte('\n')
}

func (w *textWriter) line(depth int, format string, args ...any) {
	fmt.Fprintf(&w.b, "%s"+format+"\n", slices.Insert(args, 0, any(strings.Repeat("  ", depth)))...)
}

func (w *textWriter) seq(s model.Seq, depth int) {
	for _, st := range s {
		w.stmt(st, depth)
	}
}

func (w *textWriter) block(head string, s model.Seq, depth int) {
	w.line(depth, "%s {", head)
	w.seq(s, depth+1)
	w.line(depth, "}")
}

func (w *textWriter) stmt(st model.Stmt, depth int) {
	switch st := st.(type) {
	case *model.Interaction:
		w.line(depth, "%s -> %s: %s", w.role(st.From), w.role(st.To), w.c.Labels[st.Label])
	case *model.Let:
		w.line(depth, "let %s = %d at %s", w.c.Vars[st.Var].Name, st.Value.Value, w.role(st.At))
	case *model.Delay:
		w.line(depth, "wait at %s", w.role(st.At))
	case *model.End:
		w.line(depth, "end at %s", w.role(st.At))
	case *model.RaiseStmt:
		w.line(depth, "raise %s at %s", w.c.Exceptions[st.Exception].Name, w.role(st.At))
	case *model.RaiseAgain:
		w.line(depth, "raise again at %s", w.role(st.At))
	case *model.Continue:
		w.line(depth, "continue %s", st.Target.Name)
	case *model.Choice:
		for i, b := range st.Branches {
			head := "or"
			if i == 0 {
				head = "choice at " + w.role(st.At)
			}
			w.block(head, b.Body, depth)
		}
	case *model.Par:
		for i, t := range st.Threads {
			head := "and"
			if i == 0 {
				head = "par"
			}
			w.block(head, t, depth)
		}
	case *model.Loop:
		w.block("loop at "+w.role(st.At), st.Body, depth)
	case *model.Rec:
		w.block("rec "+st.Name, st.Body, depth)
	case *model.Within:
		t := w.c.Timers[st.Timer]
		w.block(fmt.Sprintf("within %s (%s) at %s", t.Name, w.c.Exceptions[t.Exception].Name, w.role(st.At)), st.Body, depth)
	case *model.Try:
		w.try(st, depth)
	}
}

func (w *textWriter) try(st *model.Try, depth int) {
	s := w.c.Scopes[st.Scope]
	w.block("try "+s.Name, st.Body, depth)
	for i, h := range s.Handlers {
		what := "any"
		if !h.Any {
			what = w.c.Exceptions[h.Exception].Name
		}
		w.block(fmt.Sprintf("on %s at %s", what, w.role(h.At)), st.Handlers[i], depth)
	}
	var words []string
	if s.DiscardLate {
		words = append(words, "discard late")
	}
	if s.Agreed {
		words = append(words, "agreed")
	}
	for _, i := range st.Ignores {
		words = append(words, fmt.Sprintf("ignore %s at %s", w.c.Labels[i.Label], w.role(i.At)))
	}
	if s.Looped {
		words = append(words, "(looped)")
	}
	if len(words) > 0 {
		w.line(depth, "%s", strings.Join(words, " "))
	}
}
