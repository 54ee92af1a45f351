package cli

import (
	"github.com/spf13/cobra"

	"chorcheck/verify"
)

// storeFlags choose the store of a search. docs/performance.md describes the stores.
type storeFlags struct {
	cmd         *cobra.Command
	kind        string
	fingerprint int
	hashes      int
	table       string
	seed        uint64
}

func (f *storeFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	fl := cmd.Flags()
	fl.StringVar(&f.kind, "store", "auto", "auto or exact, which miss nothing; compact or bitstate, with which nothing holds")
	fl.IntVar(&f.fingerprint, "fingerprint-bits", 64, "--store compact: 64 or 128")
	fl.IntVar(&f.hashes, "hash-functions", 3, "--store bitstate, --order swarm: bits of a state")
	fl.StringVar(&f.table, "bitstate-memory", "", "--store bitstate: the size of the table (half of --memory, else 128MiB); --order swarm: of that of each search (1MiB)")
	fl.Uint64Var(&f.seed, "seed", 0, "--store compact or bitstate: choose other hash functions; --order random or swarm: other runs")
}

// storage reads the flags. One that the store does not use is a mistake.
func (f *storeFlags) storage(order verify.Order) (verify.Storage, error) {
	var s verify.Storage
	if err := oneOf("--store", f.kind, "auto", "exact", "compact", "bitstate"); err != nil {
		return s, err
	}
	switch f.kind {
	case "compact":
		s.Kind = verify.Compact
	case "bitstate":
		s.Kind = verify.Bitstate
	}
	for _, flag := range []struct {
		name string
		does bool
		hint string
	}{
		{"fingerprint-bits", s.Kind == verify.Compact, "it goes with --store compact"},
		{"hash-functions", s.Kind == verify.Bitstate || order == verify.Swarm, "it goes with --store bitstate and --order swarm"},
		{"bitstate-memory", s.Kind == verify.Bitstate || order == verify.Swarm, "it goes with --store bitstate and --order swarm"},
		{"seed", s.Lossy() || order.Sampled(), "it goes with --store compact and bitstate, and --order random and swarm"},
	} {
		if f.cmd.Flags().Changed(flag.name) && !flag.does {
			return s, usage(flag.hint, "--%s does nothing with --store %s", flag.name, f.kind)
		}
	}
	if f.fingerprint != 64 && f.fingerprint != 128 {
		return s, usage("", "--fingerprint-bits takes 64 or 128, not %d", f.fingerprint)
	}
	if f.hashes < 1 || f.hashes > verify.MostHashes {
		return s, usage("", "--hash-functions takes 1 to %d, not %d", verify.MostHashes, f.hashes)
	}
	table, err := parseBytesOf("--bitstate-memory", f.table)
	if err != nil {
		return s, err
	}
	switch {
	case s.Lossy() && order == verify.DepthFirst:
		return s, usage("a swarm has small tables and many searches: --order swarm", "--order dfs goes with --store exact")
	case order == verify.Swarm:
		s.Hashes, s.Table = f.hashes, table
		if s.Check() != nil {
			return s, usage("", "--bitstate-memory %s is more than any system has", f.table)
		}
		return s, nil
	case !s.Lossy():
		return s, nil
	}
	s.Fingerprint, s.Hashes, s.Table, s.Seed = f.fingerprint, f.hashes, table, f.seed
	if err := s.Check(); err != nil { // all but this was looked at before
		return s, usage("", "--bitstate-memory %s is more than any system has", f.table)
	}
	return s, nil
}
