// Package private finds a directory that belongs to one user alone.
//
// The program that draws graphs keeps compiled code in the directory for temporary files, at a
// place that anybody can foresee. In a directory that others can write to they could put code of
// their own there first. So the program is given a directory that nobody else can write to, below the
// user's directory for caches where that is possible, else a new one for each drawing.
//
// It guarantees, on systems with owners and modes of files, that the directory and those that were made on the way to it belong to the
// user and are closed to others. On other systems it relies on the user's directories being the user's.
package private

import (
	"errors"
	"os"
	"path/filepath"
)

// Directory gives a private directory. If once is true it is a new one, which the caller has
// to remove in the end.
func Directory() (dir string, once bool, err error) {
	if dir, err = cached(); err == nil {
		return dir, false, nil
	}
	dir, err = os.MkdirTemp("", "chorcheck-graph-*") // with mode 0700
	return dir, err == nil, err
}

// cached is the directory below that for caches.
func cached() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{"chorcheck", "graph"} {
		dir = filepath.Join(dir, name)
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return "", err
		}
		if !Is(dir) {
			return "", errors.New("others can write to " + dir)
		}
	}
	// A directory that is there may be on a disk that is full or not to be written to.
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return "", err
	}
	f.Close()
	return dir, os.Remove(f.Name())
}

// Is reports whether a directory is the user's and closed to others. A link to one is none.
func Is(dir string) bool {
	info, err := os.Lstat(dir)
	return err == nil && info.IsDir() && mine(info)
}

// Environment is an environment in which dir is the directory for temporary files.
func Environment(environment []string, dir string) []string {
	list := environment[:len(environment):len(environment)]
	for _, name := range Variables() {
		list = append(list, name+"="+dir) // the last one counts
	}
	return list
}

// Variables are the names under which systems look for the directory for temporary files.
func Variables() []string { return []string{"TMPDIR", "TMP", "TEMP"} }
