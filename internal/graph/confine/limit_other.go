//go:build !unix

package confine

// limitProcess does nothing where processes have no limits of their own.
func limitProcess() {}
