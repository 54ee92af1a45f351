//go:build unix

package confine

import (
	"syscall"

	"chorcheck/internal/graph/contract"
)

// limitProcess asks the system to end the process if it takes far more than it may. It is the last
// resort: what fails here is no reason not to draw.
func limitProcess() {
	set := func(what int, most uint64) {
		var now syscall.Rlimit
		if syscall.Getrlimit(what, &now) == nil && uint64(now.Max) > most {
			now.Cur, now.Max = most, most
			_ = syscall.Setrlimit(what, &now)
		}
	}
	// There may be several threads at work, so processor time runs faster than the clock.
	set(syscall.RLIMIT_CPU, uint64(4*(contract.MaxTime+contract.GraceTime).Seconds()))
	set(syscall.RLIMIT_DATA, contract.MaxMemory+contract.GraceMemory)
	set(syscall.RLIMIT_CORE, 0)
}
