package lang

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// Stated is an expectation that stands outside of the text, in a configuration.
type Stated struct {
	Line string       // as a line of a text: "// expect when env rough: deadlock holds"
	File *source.File // where it stands
	Span source.Span  // in File
}

// Expect adds expectations to those of the text. What is wrong with one of them is
// placed where it stands, and so is what contradicts the text or one before: another
// verdict or number for the same thing under the same conditions. What is stated twice
// counts once. A unit that is rejected expects nothing.
func (u *Unit) Expect(list []Stated) []diag.Diagnostic {
	if u.Rejected() {
		return nil
	}
	var found []diag.Diagnostic
	for _, s := range list {
		var bag diag.Bag
		p := expectParser{file: source.New(s.File.Name, s.Line), bag: &bag, properties: u.named, end: len(s.Line)}
		items := p.line()
		if len(items) != 1 && !bag.Failed() {
			bag.Add(diag.Diagnostic{
				Code: diag.ExpectSyntax, Message: "this does not expect one thing", Help: "name one check, property or quantity, and one verdict or number",
			})
		}
		if !bag.Failed() {
			one := *u
			one.Expectations = items
			one.checkExpectations(&bag)
		}
		if !bag.Failed() {
			u.add(items[0], s, &bag)
		}
		for _, d := range bag.Sorted() {
			d.File, d.Primary.Span, d.Secondary = s.File, s.Span, nil
			found = append(found, d)
		}
	}
	return found
}

// add appends an expectation, unless it is known already.
func (u *Unit) add(e Expectation, s Stated, bag *diag.Bag) {
	e.File, e.Span = s.File, s.Span
	for _, x := range u.Expectations {
		if x.key() != e.key() {
			continue
		}
		same := x.Verdict == e.Verdict && (x.Value == nil || x.Value.Cmp(e.Value) == 0) && (x.Steps == e.Steps || x.Steps < 0 || e.Steps < 0)
		if same {
			if x.Steps == e.Steps {
				return
			}
			continue
		}
		f := u.File
		if x.File != nil {
			f = x.File
		}
		bag.Add(diag.Diagnostic{
			Code:    diag.ExpectTwice,
			Message: fmt.Sprintf("`%s` is expected otherwise in %s:%d", e.subject(), f.Name, f.Position(x.Span.Start).Line),
			Help:    "keep one of them, or give them different conditions",
		})
		return
	}
	u.Expectations = append(u.Expectations, e)
}
