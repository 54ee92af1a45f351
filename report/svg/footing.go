package svg

import (
	"fmt"
	"strings"
)

// maxLines bounds the sentences about the end.
const maxLines = 60

// sentence about the end of a run.
type sentence struct{ colour, text string }

// sentences say who waits for what, and what is in the queues.
func sentences(c *Chart) []sentence {
	var list []sentence
	for i, e := range c.Ends {
		if e.Status != Waiting && e.Status != Blocked {
			continue
		}
		verb, colour := " waits ", "ink"
		if e.Status == Blocked {
			verb, colour = " waits for ever ", "red"
		}
		var parts []string
		for _, w := range e.Waits {
			parts = append(parts, cut(w.For, 300))
		}
		text := cut(c.Lanes[i].Name, 200) + verb + strings.Join(parts, ", or ")
		if len(parts) == 0 {
			text = cut(c.Lanes[i].Name, 200) + " is not done"
		}
		if e.State != "" {
			text += " (" + cut(e.State, 200) + ")"
		}
		list = append(list, sentence{colour, text})
	}
	for _, q := range c.Queues {
		text := fmt.Sprintf("%s: [%s]", cut(q.Name, 300), cut(strings.Join(q.Messages, ", "), 600))
		if q.Full {
			text += ", full"
		}
		list = append(list, sentence{"blue", "queue " + text})
	}
	if len(c.Links) > 0 {
		list = append(list, sentence{"red", "links that are down: " + strings.Join(c.Links, "; ")})
	}
	if len(c.Circle) > 0 {
		list = append(list, sentence{"red", "wait in a circle: " + strings.Join(c.Circle, " → ")})
	}
	for _, n := range c.Notes {
		list = append(list, sentence{"ink", n})
	}
	return list
}

// footing writes the sentences about the end.
func (p *painter) footing(y, room float64) {
	list := sentences(p.chart)
	if len(list) == 0 {
		return
	}
	p.text("b f-ink st", 16, y, sizeText, "At the end")
	y += 17
	for i, s := range list {
		if i == maxLines {
			p.text("f-mut st", 16, y, sizeText, fmt.Sprintf("and %d more", len(list)-i))
			return
		}
		p.open("", s.text)
		for k, line := range wrap(s.text, sizeText, room-14, 3) {
			x := 16.0
			if k > 0 {
				x += 14
			}
			p.text("f-"+s.colour+" st", x, y, sizeText, line)
			y += 16
		}
		p.close()
	}
}

// describe is the name of the picture for those who hear it.
func describe(c *Chart) string {
	if c.Title == "" {
		return "sequence chart"
	}
	return "sequence chart: " + c.Title
}

// narrate tells the whole run, as far as that can be listened to.
func narrate(c *Chart) string {
	var b strings.Builder
	say := func(format string, args ...any) {
		if b.Len() < 16_000 {
			fmt.Fprintf(&b, format, args...)
		}
	}
	if c.Message != "" {
		say("%s. ", cut(c.Message, 2000))
	}
	say("A run of %s with %s. ", count(len(c.Steps), "step"), count(len(c.Lanes), "role"))
	for i, s := range c.Steps {
		say("%d: %s. ", i+1, cut(s.Text, 300))
	}
	for i, s := range sentences(c) {
		if i == 0 {
			say("At the end: ")
		}
		say("%s. ", cut(s.text, 600))
	}
	return strings.TrimSpace(b.String())
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
