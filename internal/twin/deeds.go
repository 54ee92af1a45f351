package twin

import (
	"fmt"
	"strings"

	"chorcheck/model"
)

// deed is what a role decides on, by what it does then: a branch of a choice, or another round of a loop (0) or none.
func (m *treeMachine) deed(st model.Stmt, way int) string {
	if c, ok := st.(*model.Choice); ok {
		return m.deeds(c.Branches[way].Body)
	}
	return fmt.Sprintf("%d of %s", way, m.deeds(model.Seq{st}))
}

// deeds writes down what a role does in a sequence. What has scopes, threads or a rec is like nothing else.
func (m *treeMachine) deeds(s model.Seq) string {
	var list []string
	for _, st := range s {
		if !takesPart(m.role, st, nil) {
			switch st.(type) {
			case *model.RaiseStmt, *model.RaiseAgain:
				list = append(list, "halt")
			}
			continue
		}
		switch st := st.(type) {
		case *model.Interaction:
			if st.From == m.role {
				list = append(list, fmt.Sprint(st.To, "!", st.Label))
			} else {
				list = append(list, fmt.Sprint(st.From, "?", st.Label))
			}
		case *model.Let:
			list = append(list, fmt.Sprint(st.Var, "=", st.Value.Value))
		case *model.Delay:
			list = append(list, "delay")
		case *model.End:
			list = append(list, "end")
		case *model.RaiseStmt:
			list = append(list, fmt.Sprint("raise", st.Exception))
		case *model.RaiseAgain:
			list = append(list, "again")
		case *model.Continue:
			list = append(list, fmt.Sprint("continue", m.names.of(st.Target)))
		case *model.Choice:
			text := fmt.Sprint("choice", st.At == m.role)
			for _, b := range st.Branches {
				text += "{" + m.deeds(b.Body) + "}"
			}
			list = append(list, text)
		case *model.Loop:
			list = append(list, fmt.Sprint("loop", st.At == m.role, "{", m.deeds(st.Body), "}"))
		default:
			list = append(list, fmt.Sprint("only", m.names.of(st)))
		}
	}
	return strings.Join(list, "; ")
}
