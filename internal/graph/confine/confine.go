// Package confine keeps the program that draws graphs within bounds. It does so before the
// library that lays them out begins, which is in the initialisation of its packages: by then the
// directory for temporary files has to be a private one, and the clock has to run.
//
// It relies on the order in which packages are initialised: by their import paths, once all that they
// import is. The path of this one comes before that of the library, and it imports
// nothing that the library does not. A test of the program sees whether that is so.
//
// The clock is a goroutine, since the library heeds no deadline: when time is up the process ends. Where that
// does not help, the system's limits on processor time and memory do, if it has any.
package confine

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"chorcheck/internal/graph/contract"
	"chorcheck/internal/graph/private"
)

// own is the directory that this process has made for itself; empty if it was given one, or uses one that stays.
var own = takeDirectory()

func init() {
	// The code of the library runs without pause, and cannot be made to. The clock needs threads besides. The collector
	// would stop all of them to wait for that code, and the clock with them: nothing is collected in
	// the short life of this process.
	runtime.GOMAXPROCS(max(4, runtime.NumCPU()))
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(math.MaxInt64) // whatever the environment says
	limitProcess()
	Within(contract.MaxTime)
}

// takeDirectory sees to it that temporary files go into a private directory.
func takeDirectory() (made string) {
	if private.Is(os.TempDir()) {
		return ""
	}
	dir, once, err := private.Directory()
	if err != nil {
		// Nothing can be kept in a file. The library does without, and takes longer.
		dir, once = filepath.Join(os.DevNull, "none"), false
	}
	for _, name := range private.Variables() {
		os.Setenv(name, dir)
	}
	if once {
		return dir
	}
	return ""
}

// Within ends the process when so much time has passed.
func Within(limit time.Duration) {
	go func() {
		time.Sleep(limit)
		Fail(contract.Time, fmt.Sprintf("drawing takes longer than %v", limit))
	}()
}

// ending keeps the second of two ends from having a say.
var ending sync.Mutex

// Fail ends the process, with a message, unless it is ending already.
func Fail(code int, message string) {
	ending.Lock()
	fmt.Fprintf(os.Stderr, "%s: %s\n", contract.Program, message)
	end(code)
}

// Exit ends the process, unless it is ending already. It does not return.
func Exit(code int) {
	ending.Lock()
	end(code)
}

// end removes what is not to stay.
func end(code int) {
	if own != "" {
		os.RemoveAll(own)
	}
	os.Exit(code)
}
