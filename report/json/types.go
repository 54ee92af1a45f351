package json

import "encoding/json"

// SchemaVersion changes when a key changes its meaning or goes away.
const SchemaVersion = 1

// Document is a whole report.
type Document struct {
	Tool          string    `json:"tool"`
	Version       string    `json:"version"`
	SchemaVersion int       `json:"schemaVersion"`
	Exit          int       `json:"exit"`
	Errors        []Trouble `json:"errors"`
	Baseline      *Baseline `json:"baseline"` // null: none was given
	Files         []File    `json:"files"`
}

// Baseline says how the findings compare with those that were known.
type Baseline struct {
	File  string `json:"file"`
	New   int    `json:"new"`
	Known int    `json:"known"`
	Gone  []Gone `json:"gone"`
}

// Gone is a finding of the baseline that was looked for in vain.
type Gone struct {
	File        string `json:"file"`
	Environment string `json:"environment"`
	Check       string `json:"check"`
	Cause       string `json:"cause"`
}

// Trouble is about the command line or the world.
type Trouble struct {
	File    string `json:"file"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// File is one text with its verdicts.
type File struct {
	File         string              `json:"file"`
	Format       string              `json:"format"`
	Choreography string              `json:"choreography"`
	Roles        []string            `json:"roles"`
	Channels     string              `json:"channels"`
	Parameters   map[string]int64    `json:"parameters"`
	Finals       map[string][]string `json:"finals"`
	Environments []string            `json:"environments"` // those that were verified
	Faults       string              `json:"faults"`       // of --faults
	CrashQueue   string              `json:"crash_queue"`  // vanish, keep
	Cached       bool                `json:"cached"`       // an earlier run has found the results out
	Diagnostics  []Diagnostic        `json:"diagnostics"`
	Dropped      int                 `json:"dropped_diagnostics"`
	Results      []Result            `json:"results"`
	Statistics   []Statistics        `json:"statistics"`
	Coverage     *Coverage           `json:"coverage"` // null: not asked for
	Expectations []Expectation       `json:"expectations"`
}

// Diagnostic is about the text. The first span is the primary one.
type Diagnostic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Spans    []Span `json:"spans"`
	Help     string `json:"help"`
}

// Span is a labelled place; lines and columns count from 1, columns in code points,
// the end is exclusive.
type Span struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Primary   bool   `json:"primary"`
	Label     string `json:"label"`
}

// Result is the verdict on one check in one environment. Message and Trace repeat
// those of the first finding.
type Result struct {
	Environment string `json:"environment"`
	Check       string `json:"check"`
	Severity    string `json:"severity"`
	Verdict     string `json:"verdict"`
	Expected    string `json:"expected"`
	// States, a whole number of any size, and ElapsedMS are of the search that has decided: that of the environment, or, for a
	// property, of its product with the property's automaton, whose transitions, depth and store are not told.
	States      json.Number `json:"states"`
	Transitions uint64      `json:"transitions"`
	Depth       int         `json:"depth"`
	ElapsedMS   float64     `json:"elapsed_ms"`
	Store       string      `json:"store"`
	Message     string      `json:"message"`
	Reason      string      `json:"reason"`
	Notes       []string    `json:"notes"`
	Trace       []Step      `json:"trace"`
	Findings    []Finding   `json:"findings"`
	Omitted     int         `json:"omitted_findings"`
}

// Finding is one distinct cause of a violation.
type Finding struct {
	Cause   string         `json:"cause"`
	Message string         `json:"message"`
	Help    string         `json:"help"`
	Fault   string         `json:"fault"`
	Untold  []string       `json:"untold"`
	Places  []Span         `json:"places"`
	Trace   []Step         `json:"trace"`
	Final   *Configuration `json:"final"` // null: the check has no trace
	Loop    string         `json:"loop"`
	Cycle   int            `json:"cycle"`   // how many of the last steps are done again and again
	Settled bool           `json:"settled"` // whatever comes after the trace, it decides the property
	Stops   bool           `json:"stops"`   // nothing happens any more after the trace

	Fingerprint string `json:"fingerprint"` // equal in another run, also if the place has moved
	Baseline    string `json:"baseline"`    // new or known; empty: there is no baseline
}

// Step of a trace.
type Step struct {
	Step    int     `json:"step"`
	Role    string  `json:"role"` // empty: nobody moves, the environment strikes
	Action  string  `json:"action"`
	Kind    string  `json:"kind"`
	Fault   string  `json:"fault"`
	Handler string  `json:"handler"`
	Causal  bool    `json:"causal"`
	Values  []int64 `json:"values"`
	Fails   bool    `json:"fails"`
	File    string  `json:"file"`
	Line    int     `json:"line"` // 0: from nowhere
}

// Configuration is where a trace ends.
type Configuration struct {
	Roles  []RoleState `json:"roles"`
	Queues []Queue     `json:"queues"`
	Links  []string    `json:"links"` // those that are down
	Cycle  []string    `json:"cycle"`
}

// RoleState is one role's part of a configuration.
type RoleState struct {
	Role      string   `json:"role"`
	State     string   `json:"state"`
	Final     bool     `json:"final"`
	Failed    bool     `json:"failed"` // it is not live
	Status    string   `json:"status"`
	Scopes    []string `json:"scopes"` // the parts that it is in, outermost first
	Variables []string `json:"variables"`
	Armed     []string `json:"armed"` // explicit timers
	Waits     []Wait   `json:"waits"`
}

// Wait is what a role offers and cannot do.
type Wait struct {
	For  string `json:"for"`
	On   string `json:"on"`
	Line int    `json:"line"`
}

// Queue that is not empty, oldest message first.
type Queue struct {
	Name     string   `json:"name"`
	Messages []string `json:"messages"`
	Capacity int      `json:"capacity"`
}

// Statistics of the search in one environment.
type Statistics struct {
	Environment string `json:"environment"`
	Engine      string `json:"engine"` // that has decided: explicit or symbolic
	// States are all of them, a whole number of any size. The symbolic engine counts
	// neither transitions nor depth: they are 0.
	States       json.Number `json:"states"`
	Transitions  uint64      `json:"transitions"`
	Depth        int         `json:"depth"`
	Workers      int         `json:"workers"`
	PeakBytes    int64       `json:"peak_bytes"`
	ElapsedMS    float64     `json:"elapsed_ms"`
	BitsPerState int         `json:"bits_per_state"`
	Complete     bool        `json:"complete"`
	Reason       string      `json:"reason"`
	Store        string      `json:"store"`
	// What a lossy store has probably missed: a number of configurations, and the
	// probability that there is one.
	ExpectedOmissions   float64 `json:"expected_omissions"`
	OmissionProbability float64 `json:"omission_probability"`
	// Order is breadth-first, depth-first, random or swarm. In the last two, states are
	// visits, and the searches that were made, and an estimate of the number of
	// different states, are there as well; else both are 0.
	Order          string `json:"order"`
	Searches       uint64 `json:"searches"`
	DistinctStates uint64 `json:"distinct_states"`
	ActionsMet     int    `json:"actions_met"`
	Actions        int    `json:"actions"`

	// Of the symbolic engine: the nodes of the diagram of all states, the most nodes that there
	// were, the order of the components, and whether the set was examined again; else 0, "" and false.
	Nodes         int    `json:"nodes"`
	PeakNodes     int    `json:"peak_nodes"`
	VariableOrder string `json:"variable_order"`
	Certified     bool   `json:"certified"`

	Reductions []string `json:"reductions"` // that were on
	Unreduced  []string `json:"unreduced"`  // why others, which were asked for, were off
}

// Expectation of the text, compared.
type Expectation struct {
	File        string `json:"file"` // that states it: the text or a configuration
	Line        int    `json:"line"`
	Environment string `json:"environment"`
	Subject     string `json:"subject"`
	Expected    string `json:"expected"`
	Found       string `json:"found"`
	Outcome     string `json:"outcome"`
}

// Coverage is the failure coverage matrix.
type Coverage struct {
	Percent  float64        `json:"percent"`
	Required float64        `json:"required"` // 0: nothing was
	Outcome  string         `json:"outcome"`  // of comparing the two
	Cells    []CoverageCell `json:"cells"`
}

// CoverageCell is one kind of fault that strikes one role, or messages to one
// peer, at one place.
type CoverageCell struct {
	Fault   string   `json:"fault"`
	Detail  string   `json:"detail"`
	Role    string   `json:"role"`
	Peer    string   `json:"peer"`
	Line    int      `json:"line"`
	Text    string   `json:"text"`
	Strikes []Strike `json:"strikes"`
}

// Strike is what became of a cell in one environment.
type Strike struct {
	Environment string   `json:"environment"`
	Status      string   `json:"status"`
	Handlers    []string `json:"handlers"`
	Finding     string   `json:"finding"`
}
