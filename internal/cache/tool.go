package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// toolPrefix begins the names of files that remember the hash of an executable.
const toolPrefix = "program-"

// Identity tells builds of the program apart: its version, and the SHA-256 of the executable that runs. That is read
// only if no file of the cache knows the hash for its name, size, time and place. It is false if
// the executable cannot be read.
func (c *Cache) Identity(version string) (string, bool) {
	// The name under which the program was started may belong to a newer build by now. Where the system
	// has one, this name always means what runs.
	path, named := "/proc/self/exe", ""
	f, err := os.Open(path)
	if named, _ = os.Executable(); err != nil {
		if f, err = os.Open(named); err != nil {
			return "", false
		}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", false
	}
	sum, ok := c.remembered(named, info)
	if !ok {
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			return "", false
		}
		sum = hex.EncodeToString(h.Sum(nil))
		c.remember(named, info, sum)
	}
	return version + " " + sum, true
}

// recent is how old a file has to be so that another one, written since, has another time.
const recent = 2 * time.Second

// memo is the file that remembers the hash of an executable. There is none where the time does not tell builds
// apart: it is set to a whole second by what unpacks archives, perhaps to the same one for all, and
// may not have changed yet.
func (c *Cache) memo(name string, info os.FileInfo) (string, bool) {
	t := info.ModTime()
	if t.Nanosecond() == 0 || time.Since(t) < recent {
		return "", false
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %q %s", Version, info.Size(), t.UnixNano(), place(info), name))
	return filepath.Join(c.dir, toolPrefix+hex.EncodeToString(id[:])), true
}

func (c *Cache) remembered(name string, info os.FileInfo) (string, bool) {
	path, ok := c.memo(name, info)
	if !ok || !private(c.dir) {
		return "", false
	}
	sum, err := read(path)
	if _, bad := hex.DecodeString(string(sum)); err != nil || bad != nil || len(sum) != 2*sha256.Size {
		return "", false
	}
	return string(sum), true
}

func (c *Cache) remember(name string, info os.FileInfo, sum string) {
	if path, ok := c.memo(name, info); ok && os.MkdirAll(c.dir, 0o700) == nil && private(c.dir) {
		_ = c.write(path, []byte(sum)) // without it, it is computed again
	}
}
