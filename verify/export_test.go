package verify

// WithRows makes the symbolic engine take queues with more contents than this as rows.
func (o Options) WithRows(contents int) Options {
	o.mostContents = contents
	return o
}

// WithAtoms makes properties that have more atoms be decided part by part.
func (o Options) WithAtoms(most int) Options {
	o.mostAtoms = most
	return o
}

// WithQuick makes the search for a run, before the one of everything, end after so many configurations.
func (o Options) WithQuick(states uint64) Options {
	o.quick = states
	return o
}

// WithComponents makes the symbolic engine find so many bottom components one by one; -1 is none.
func (o Options) WithComponents(most int) Options {
	o.mostComponents = most
	return o
}
