package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// graphCommands are for the scripts about graphs: `graphs` puts the program that draws them into the search path, `nographs` leaves
// nothing but chorcheck there. The program is built when a script asks for it first.
func graphCommands(t *testing.T) map[string]func(*testscript.TestScript, bool, []string) {
	dir := t.TempDir()
	build := sync.OnceValue(func() error {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "chorcheck-graph"), "../../cmd/chorcheck-graph").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return err
	})
	only := func(ts *testscript.TestScript, more ...string) {
		own, _, _ := strings.Cut(ts.Getenv("PATH"), string(filepath.ListSeparator)) // of the programs that are this test
		ts.Setenv("PATH", strings.Join(append([]string{own}, more...), string(filepath.ListSeparator)))
		// Nothing is left in the directories of who runs the tests.
		ts.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	}
	return map[string]func(*testscript.TestScript, bool, []string){
		"graphs": func(ts *testscript.TestScript, _ bool, _ []string) {
			ts.Check(build())
			only(ts, dir)
		},
		"nographs": func(ts *testscript.TestScript, _ bool, _ []string) { only(ts) },
	}
}
