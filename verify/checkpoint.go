package verify

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"chorcheck/explore"
	"chorcheck/explore/checkpoint"
)

// Checkpoint says where the search in each environment is kept, and goes on from if
// something is kept there already. docs/checkpoint.md describes it.
type Checkpoint struct {
	Dir   string        // each environment has a directory of its own there
	Every time.Duration // 0: five minutes

	// What has to be the same when a search goes on: the version of the program, a hash of
	// the text, and the options from which Automata and the other Options were made.
	Tool, Text, Options string

	// Failed is told why a checkpoint could not be written, or why the newest one could not
	// be used and the one before it was. The search goes on. It may be nil.
	Failed func(error)
}

// DiskError says that what a search needs from the disk cannot be had: what it has
// spilled, or its checkpoint, which may be one of another search.
type DiskError struct{ Err error }

func (e *DiskError) Error() string { return e.Err.Error() }
func (e *DiskError) Unwrap() error { return e.Err }

// keep lets a search be kept. The function has to be called when it is over.
func (v *verifier) keep(o *explore.Options) (func(), error) {
	c := v.opt.Checkpoint
	if c == nil || v.opt.Order != BreadthFirst { // there are no levels in others
		return func() {}, nil
	}
	number := max(slices.Index(v.opt.Environments, v.env), 0)
	j, err := checkpoint.Open(filepath.Join(c.Dir, fmt.Sprintf("environment-%d", number)), checkpoint.Identity{
		Tool: c.Tool, Model: c.Text + " environment " + v.env.Name, Options: c.Options,
	})
	if err != nil {
		return nil, &DiskError{err}
	}
	if j.Passed != nil {
		v.keepFailed(fmt.Errorf("the newest checkpoint cannot be used, the one before it is: %w", j.Passed))
	}
	every := c.Every
	if every == 0 {
		every = 5 * time.Minute
	}
	ticker := time.NewTicker(every)
	o.Keeper, o.Save, o.From = j, ticker.C, j.Saved()
	return func() {
		ticker.Stop()
		j.Close()
		if v.space != nil && v.space.KeepError != nil {
			v.keepFailed(fmt.Errorf("a checkpoint could not be written: %w", v.space.KeepError))
		}
	}, nil
}

func (v *verifier) keepFailed(err error) {
	if v.opt.Checkpoint.Failed != nil {
		v.opt.Checkpoint.Failed(err)
	}
}

// onDisk says whether an error of a search is about the disk.
func onDisk(err error) error {
	read := (*explore.ReadError)(nil)
	if errors.Is(err, explore.ErrOtherSystem) || errors.Is(err, checkpoint.ErrDamaged) || errors.As(err, &read) {
		return &DiskError{err}
	}
	return err
}

// setAside is the memory that the program takes beside its searches: its code, the runtime,
// the text and the automata.
const setAside = 24 << 20

// searchMemory is what is left for a search of a limit for the whole program.
func searchMemory(limit int64) int64 { return limit - min(setAside, limit/2) }

// spareMemory is what is left for another search while v.space is held: at least 1, since
// 0 is no limit.
func (v *verifier) spareMemory() int64 {
	if v.opt.Memory == 0 {
		return 0
	}
	return max(searchMemory(v.opt.Memory)-v.space.PeakBytes, 1)
}
