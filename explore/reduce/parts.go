package reduce

import "chorcheck/lts"

// Parts is sys with one part at work: whichever moves first, the others stay as they are.
// It reports false if sys does not fall into parts. Its configurations are
// configurations of sys, in which one part is in any configuration that it can come to,
// and the others are where they begin: their number is the sum, not the product, of
// those of the parts. So it preserves what can be seen of one part alone, with shortest runs,
// and nothing else.
func Parts(sys lts.System) (lts.System, bool) {
	d, ok := sys.(lts.Divisible)
	if !ok {
		return sys, false
	}
	p := d.Parts()
	if p == nil {
		return sys, false
	}
	return &partial{sys, p}, true
}

type partial struct {
	lts.System
	parts lts.Parts
}

// Next leaves out the steps of all parts but the one that has moved.
func (p *partial) Next(s lts.State, out *lts.Steps) lts.Marks {
	n := out.Len()
	marks := p.System.Next(s, out)
	moved := p.parts.Moved(s)
	if moved < 0 {
		return marks
	}
	width := out.Width()
	for i := n; i < out.Len(); i++ {
		if p.parts.Part(out.Actions[i]) == moved {
			out.Actions[n] = out.Actions[i]
			copy(out.Words[n*width:(n+1)*width], out.Words[i*width:])
			n++
		}
	}
	out.Actions = out.Actions[:n]
	out.Words = out.Words[:n*width]
	return marks
}
