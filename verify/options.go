package verify

import (
	"time"

	"chorcheck/model"
)

// Options of a verification. The zero value checks everything without limits.
type Options struct {
	Only, Skip   []string             // check ids; Only empty: all
	Workers      int                  // 0: one for each processor
	MaxStates    uint64               // 0: no limit
	MaxDepth     int                  // 0: no limit
	Memory       int64                // bytes that the program may use, 24 MiB of them, at most half, not for the search; 0: no limit
	SpillDir     string               // where searches spill to; "": the system's directory for temporary files
	Checkpoint   *Checkpoint          // nil: searches are not kept
	MaxFindings  int                  // of one check; 0: 10
	Environments []*model.Environment // nil: one in which nothing fails
	KeepCrashed  bool                 // queues to crashed roles stay, see docs/semantics.md, section 5
	Coverage     bool                 // make the coverage matrix
	Course       int                  // findings have the configurations along their runs, at most so many of each; 0: none
	Reduce       Reduce               // the zero value: the search leaves nothing out
	Store        Storage              // the zero value: exact
	Order        Order                // the zero value: breadth-first
	Sampling     Sampling             // for orders that are samples
	Engine       Engine               // the zero value: the explicit one
	Certify      bool                 // the symbolic engine has its set examined again, by simpler code
	Interactions []model.Origin       // the places that dead-interaction looks at
	Properties   []*model.Property    // decided after the checks; Only and Skip name them, too
	Fairness     Fairness             // the runs that count for properties; the zero value: the weakly fair ones
	Progress     func(Progress)       // may be nil; called from one goroutine
	Every        time.Duration        // how often Progress is called; 0: five times a second

	mostContents   int    // see model.NetworkOptions.MostContents
	mostAtoms      int    // of a part of a property; 0: ltl.MaxPropositions
	quick          uint64 // configurations of the first search for a run of a property; 0: quickly
	mostComponents int    // 0: the constant of that name; -1: none
}

// Progress of a running verification.
type Progress struct {
	Phase     string // "exploring" or "saturating", then "looking for bottom components"
	States    uint64
	PerSecond float64 // states; 0 after the first phase
	Depth     int
	Frontier  uint64 // configurations of the level that is being explored
	Bytes     int64
	Elapsed   time.Duration

	// Of the symbolic engine: nodes of diagrams now and at most, how often events were fired, and
	// the fraction of levels that are saturated.
	Nodes, PeakNodes int
	Fired            uint64
	Saturated        float64
}
