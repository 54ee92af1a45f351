package verify

// WithRows makes the symbolic engine take queues with more contents than this as rows.
func (o Options) WithRows(contents int) Options {
	o.mostContents = contents
	return o
}
