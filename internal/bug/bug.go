// Package bug is for broken invariants: what can only happen if chorcheck itself
// is wrong, whatever the user has written.
//
// Code that finds such a thing calls [Panicf]. The program's entry point recovers,
// prints [Message] and exits with code 70. Wrong input is never a bug: it gets a
// diagnostic; neither is trouble with the world: that is an ordinary error.
package bug

import (
	"fmt"
	"runtime"
	"strings"
)

// Broken is the panic value of a broken invariant.
type Broken struct{ Text string }

func (b Broken) Error() string { return b.Text }

// Panicf panics with a [Broken] that says which invariant does not hold.
func Panicf(format string, args ...any) { panic(Broken{fmt.Sprintf(format, args...)}) }

// Message is what the user reads after a panic: that it is not his fault, what to
// keep, and where the program was.
func Message(version string, args []string, recovered any, stack []byte) string {
	var b strings.Builder
	fmt.Fprintln(&b, "chorcheck: this is a bug in chorcheck, not in your protocol. No verdict was reached.")
	fmt.Fprintln(&b, "Please report it, with these lines and, if you may, the files that you gave:")
	fmt.Fprintf(&b, "  what:    %v\n", recovered)
	fmt.Fprintf(&b, "  version: %s, %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "  command: chorcheck %q\n", args)
	fmt.Fprintln(&b, "  stack:")
	for line := range strings.Lines(strings.TrimRight(string(stack), "\n")) {
		fmt.Fprintf(&b, "    %s\n", strings.TrimRight(line, "\n"))
	}
	return b.String()
}
