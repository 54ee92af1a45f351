package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Version of the format of all files.
const Version = 1

// ErrDamaged says that a file is not what was written.
var ErrDamaged = errors.New("damaged")

// ErrInUse says that another process keeps its search in the same place.
var ErrInUse = errors.New("another process uses this checkpoint")

// A VersionError says that a file was written by another version of the program, which
// uses another format.
type VersionError struct{ File, Version string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has version %s of the format, not %d", e.File, e.Version, Version)
}

// WriteSealed writes a value into a file, as JSON behind a line with its checksum. The file
// appears at once, and when it is on the disk.
func WriteSealed(path, kind string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	body = append(body, '\n')
	line := fmt.Sprintf("chorcheck %s %d %s\n", kind, Version, sum(body))
	f, err := create(path)
	if err != nil {
		return err
	}
	defer f.abandon()
	if _, err := f.Write(append([]byte(line), body...)); err != nil {
		return err
	}
	return f.commit()
}

// ReadSealed reads what WriteSealed has written. Errors are those of the file system,
// ErrDamaged, and *VersionError.
func ReadSealed(path, kind string, value any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	damaged := fmt.Errorf("%s is %w", path, ErrDamaged)
	line, body, ok := bytes.Cut(data, []byte("\n"))
	words := strings.Split(string(line), " ")
	if !ok || len(words) != 4 || words[0] != "chorcheck" || words[1] != kind || words[3] != sum(body) {
		return damaged
	}
	if words[2] != fmt.Sprint(Version) {
		return &VersionError{path, words[2]}
	}
	if json.Unmarshal(body, value) != nil {
		return damaged
	}
	return nil
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// file is a file that has another name until it is complete.
type file struct {
	*os.File
	path string
	done bool
}

const unfinished = ".tmp"

func create(path string) (*file, error) {
	f, err := os.Create(path + unfinished)
	if err != nil {
		return nil, err
	}
	return &file{File: f, path: path}, nil
}

// commit waits until the file is on the disk, and gives it its name.
func (f *file) commit() error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.path+unfinished, f.path); err != nil {
		return err
	}
	f.done = true
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil {
		_ = dir.Sync() // not every system can do that
		_ = dir.Close()
	}
	return nil
}

// abandon removes a file that was not committed.
func (f *file) abandon() {
	if !f.done {
		_ = f.Close()
		_ = os.Remove(f.path + unfinished)
	}
}
