package cli

import (
	"github.com/spf13/cobra"

	"chorcheck/internal/config"
	"chorcheck/verify"
)

// engineFlags choose who decides. docs/symbolic.md describes the engines.
type engineFlags struct {
	name    string
	certify bool
	cmd     *cobra.Command
}

func (f *engineFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	fl := cmd.Flags()
	fl.StringVar(&f.name, "engine", "auto", "explicit (configurations one by one), symbolic (sets of them, as decision diagrams), or auto: explicit while that is quick, then both, until one is sure")
	fl.BoolVar(&f.certify, "certify", false, "have what the symbolic engine has found examined again, by separate and simpler code")
}

// engine reads the flags. One that says how the explicit engine is to search chooses it.
func (f *engineFlags) engine() (verify.Engine, error) {
	if err := oneOf("--engine", f.name, "auto", "explicit", "symbolic"); err != nil {
		return 0, err
	}
	explicit := ""
	for _, name := range config.OnlyExplicit() {
		if f.cmd.Flags().Changed(name) {
			explicit = name
			break
		}
	}
	switch {
	case f.name == "symbolic" && explicit != "":
		return 0, usage("leave out one of them", "--%s is about the explicit engine, and --engine symbolic does without it", explicit)
	case f.certify && (f.name == "explicit" || explicit != ""):
		return 0, usage("it goes with --engine symbolic and auto", "--certify is about the symbolic engine")
	case f.name == "symbolic":
		return verify.Symbolic, nil
	case f.name == "explicit" || explicit != "":
		return verify.Explicit, nil
	}
	return verify.Auto, nil
}
