// Package seed makes tests with random inputs deterministic: unless a seed is given
// on the command line, package rapid draws from a fixed one, so that a test gives
// the same answer in each run. `make soak` gives other seeds.
package seed

import (
	"flag"
	"os"
	"testing"
)

// Main is for the TestMain of a package with random tests.
func Main(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f != nil && f.Value.String() == f.DefValue {
		if err := f.Value.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
