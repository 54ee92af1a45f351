package model_test

import (
	"fmt"

	"chorcheck/model"
)

func dump(s model.Seq) string {
	out := "{"
	for _, st := range s {
		switch st := st.(type) {
		case *model.Interaction:
			out += fmt.Sprintf(" %d->%d:%d", st.From, st.To, st.Label)
		case *model.Let:
			out += fmt.Sprintf(" let%d", st.Value.Value)
		case *model.End:
			out += fmt.Sprintf(" end@%d", st.At)
		case *model.Continue:
			out += " continue " + st.Target.Name
		case *model.Choice:
			out += fmt.Sprintf(" choice@%d", st.At)
			for _, b := range st.Branches {
				out += dump(b.Body)
			}
		case *model.Loop:
			out += fmt.Sprintf(" loop@%d", st.At) + dump(st.Body)
		case *model.Rec:
			out += " rec " + st.Name + dump(st.Body)
		case *model.Par:
			out += " par"
			for _, b := range st.Threads {
				out += dump(b)
			}
		}
	}
	return out + "}"
}
