package explore

import (
	"chorcheck/explore/store"
	"chorcheck/lts"
)

// An expansion is one worker's buffers for stepping through a sealed space by
// ids.
type expansion struct {
	sp      *Space
	keep    func(lts.Action) bool
	finder  *store.Finder
	reader  *store.Reader
	steps   *lts.Steps
	state   lts.State
	targets []uint64 // the ids of the steps' targets
	ids     []uint64 // room for other ids
}

func (sp *Space) newExpansion(keep func(lts.Action) bool) *expansion {
	return &expansion{
		sp:     sp,
		keep:   keep,
		finder: sp.store.NewFinder(),
		reader: sp.store.NewReader(),
		steps:  lts.NewSteps(sp.sys.Width()),
		state:  make(lts.State, sp.sys.Width()),
	}
}

// close gives back what reading from disk takes.
func (e *expansion) close() {
	e.finder.Close()
	e.reader.Close()
}

func (e *expansion) reset() { e.steps.Reset() }

// add appends the kept steps from s to the buffer, and returns the number of
// steps that are in it then.
func (e *expansion) add(s lts.State) int {
	n := e.steps.Len()
	e.sp.sys.Next(s, e.steps)
	if e.keep == nil {
		return e.steps.Len()
	}
	width := e.steps.Width()
	for i := n; i < e.steps.Len(); i++ {
		if a := e.steps.Actions[i]; e.keep(a) {
			e.steps.Actions[n] = a
			copy(e.steps.Words[n*width:(n+1)*width], e.steps.Words[i*width:])
			n++
		}
	}
	e.steps.Actions = e.steps.Actions[:n]
	e.steps.Words = e.steps.Words[:n*width]
	return n
}

// resolve finds the ids of all targets in the buffer.
func (e *expansion) resolve() {
	e.targets = e.finder.Find(e.steps.Words, e.targets[:0])
	for _, id := range e.targets {
		if id == store.None {
			panicAboutSteps()
		}
	}
}
