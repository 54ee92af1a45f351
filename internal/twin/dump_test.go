package twin

import (
	"fmt"
	"strings"

	"chorcheck/model"
)

// dump writes the machines of a system down, for those who look into a difference.
func dump(x *System) string {
	var b strings.Builder
	for r, m := range x.machines {
		fmt.Fprintf(&b, "%s\n", x.names[r])
		number := map[string]int{m.initial(): 0}
		order := []string{m.initial()}
		for i := 0; i < len(order) && i < 40; i++ {
			s := order[i]
			final := ""
			if m.final(s) {
				final = "final"
			}
			fmt.Fprintf(&b, "  %d %s in %v\n", i, final, m.in(s))
			for _, t := range m.transitions(s) {
				what := t.kind.String()
				switch t.kind {
				case model.Send, model.Receive, model.Ignore:
					what += fmt.Sprintf(" %s %s", x.names[t.peer], x.labels[t.label])
				case model.Raise, model.Timeout, model.EndRaise, model.CrashRaise:
					what += fmt.Sprint(" ", t.exception)
				}
				for _, w := range t.ways {
					what += fmt.Sprintf(" (%d,%d)", w.place.Position, w.place.Fresh)
					if w.handler != nil {
						what += fmt.Sprintf("h%d.%d", w.handler.Scope, w.handler.Part)
					}
				}
				if t.onlyIf != nil {
					what += fmt.Sprintf(" only if %d.%d", t.onlyIf.Scope, t.onlyIf.Part)
				}
				if t.fails {
					fmt.Fprintf(&b, "    %s -> failed\n", what)
					continue
				}
				if _, known := number[t.to]; !known {
					number[t.to] = len(order)
					order = append(order, t.to)
				}
				fmt.Fprintf(&b, "    %s -> %d\n", what, number[t.to])
			}
		}
	}
	return b.String()
}
