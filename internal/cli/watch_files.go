package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/fsnotify/fsnotify"

	"chorcheck/internal/config"
)

// watchedFiles observes the directories of files rather than the files: an editor that
// saves by renaming puts another file in the place of the old one. The directory above
// is observed, too, so that one that vanishes and returns is found again.
type watchedFiles struct {
	changes chan string
	system  *fsnotify.Watcher
	done    chan struct{}
	closing sync.Once

	here     string              // names below are shown relative to it
	files    map[string]struct{} // full names
	patterns []string            // of full names
	trees    []string            // directories with all that is below them, full names

	mutex  sync.Mutex
	reason error // why it ended
}

// watchFiles observes files, directories and patterns; the configurations that hold for
// them; and some further files.
func watchFiles(names []string, further ...string) (*watchedFiles, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	system, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchError("files", err)
	}
	f := &watchedFiles{changes: make(chan string), system: system, done: make(chan struct{}), here: here, files: map[string]struct{}{}}
	for _, name := range names {
		if err := f.add(name); err != nil {
			_ = system.Close() // nothing was written
			return nil, watchError(name, err)
		}
	}
	for _, name := range further {
		if err := f.addFile(f.full(name)); err != nil {
			_ = system.Close()
			return nil, watchError(name, err)
		}
	}
	go f.translate()
	return f, nil
}

func (f *watchedFiles) close() {
	f.closing.Do(func() { close(f.done) })
	_ = f.system.Close() // nothing was written
}

// failed is why no more changes can be seen; nil if that is not so.
func (f *watchedFiles) failed() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.reason
}

// watchError says what the user can do about it.
func watchError(name string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return usage("name files instead of directories, or allow more (on Linux: sysctl fs.inotify.max_user_watches)", "%s: the system does not allow to watch so many directories", name)
	case errors.Is(err, syscall.EMFILE):
		return usage("end other programs that watch files, or allow more (on Linux: sysctl fs.inotify.max_user_instances)", "%s: the system does not allow another program that watches files", name)
	}
	return usage("", "watching %s: %s", name, reason(err))
}

// add observes what an argument names.
func (f *watchedFiles) add(name string) error {
	full := f.full(name)
	info, err := os.Stat(full)
	switch {
	case err == nil && info.IsDir():
		f.trees = append(f.trees, full)
		return errors.Join(f.observe(filepath.Dir(full)), f.observeTree(full), f.addConfigs(full))
	case err != nil && strings.ContainsAny(name, "*?["):
		f.patterns = append(f.patterns, full)
		found, _ := filepath.Glob(filepath.Dir(full)) // verify has complained about a bad pattern
		for _, dir := range found {
			err = errors.Join(f.observe(dir), f.observe(filepath.Dir(dir)), f.addConfigs(dir))
		}
		return err
	}
	return errors.Join(f.addFile(full), f.addConfigs(filepath.Dir(full)))
}

// addConfigs observes the configuration that holds in a directory, and the places nearby
// where one could appear.
func (f *watchedFiles) addConfigs(dir string) error {
	for start := dir; ; dir = filepath.Dir(dir) {
		name := filepath.Join(dir, config.Name)
		f.files[name] = struct{}{}
		_, missing := os.Stat(name)
		rel, far := filepath.Rel(f.here, dir)
		if missing == nil || dir == start || far == nil && filepath.IsLocal(rel) {
			if err := f.observe(dir); err != nil {
				return err
			}
		}
		if missing == nil || dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// addFile observes a file and, if it is a link, what that leads to.
func (f *watchedFiles) addFile(full string) error {
	f.files[full] = struct{}{}
	err := errors.Join(f.observe(filepath.Dir(full)), f.observe(filepath.Dir(filepath.Dir(full))))
	if target, linkErr := filepath.EvalSymlinks(full); linkErr == nil && target != full {
		f.files[target] = struct{}{}
		err = errors.Join(err, f.observe(filepath.Dir(target)))
	}
	return err
}

// observe a directory, if it is there.
func (f *watchedFiles) observe(dir string) error {
	err := f.system.Add(dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil // it may come
	}
	return err
}

// observeTree observes a directory and those below it, except the hidden ones.
func (f *watchedFiles) observeTree(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
			return nil // it has gone, or is none of ours; verify says so
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		}
		return f.observe(path)
	})
}

// full is the absolute name of a file.
func (f *watchedFiles) full(name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.here, name)
	}
	return filepath.Clean(name)
}

// matters reports whether verify would read a file of this name.
func (f *watchedFiles) matters(full string) bool {
	if _, ok := f.files[full]; ok {
		return true
	}
	for _, pattern := range f.patterns {
		if ok, err := filepath.Match(pattern, full); ok && err == nil {
			return true
		}
	}
	text := slices.Contains([]string{".chor", ".fsa"}, filepath.Ext(full)) || filepath.Base(full) == config.Name
	return text && slices.ContainsFunc(f.trees, func(tree string) bool { return unhidden(tree, full) })
}

// unhidden reports whether a file is below a directory, and nothing on the way is hidden.
func unhidden(tree, full string) bool {
	rel, err := filepath.Rel(tree, full)
	return err == nil && !slices.ContainsFunc(strings.Split(rel, string(filepath.Separator)), func(part string) bool { return part != "." && strings.HasPrefix(part, ".") })
}

// translate says which changes of the file system matter.
func (f *watchedFiles) translate() {
	defer close(f.changes)
	for {
		select {
		case <-f.done:
			return
		case e, ok := <-f.system.Events:
			if !ok {
				return
			}
			for _, name := range f.concerns(e) {
				f.say(name)
			}
		case err, ok := <-f.system.Errors:
			switch {
			case !ok:
				return
			case errors.Is(err, fsnotify.ErrEventOverflow):
				f.say("")
			default:
				f.mutex.Lock()
				f.reason = watchError("files", err)
				f.mutex.Unlock()
				return
			}
		}
	}
}

// say that a file has changed.
func (f *watchedFiles) say(full string) {
	name := full
	if rel, err := filepath.Rel(f.here, full); err == nil && full != "" && filepath.IsLocal(rel) {
		name = rel
	}
	select {
	case f.changes <- name:
	case <-f.done:
	}
}

// concerns are the files that matter and are touched by an event. A directory that is
// new may have some already.
func (f *watchedFiles) concerns(e fsnotify.Event) []string {
	if e.Op == fsnotify.Chmod { // programs that index files do that
		return nil
	}
	full := filepath.Clean(e.Name)
	if f.matters(full) {
		if _, given := f.files[full]; given && e.Has(fsnotify.Create) {
			_ = f.addFile(full) // a link may lead elsewhere now; what cannot be observed is verified nevertheless
		}
		return []string{full}
	}
	if info, err := os.Stat(full); err != nil || !info.IsDir() || !e.Has(fsnotify.Create) {
		return nil
	}
	return f.arrived(full)
}

// arrived observes a new directory if something in it could matter, and finds what does.
func (f *watchedFiles) arrived(dir string) []string {
	var found []string
	inTree := slices.ContainsFunc(f.trees, func(tree string) bool { return unhidden(tree, dir) })
	if inTree {
		_ = f.observeTree(dir) // what cannot be observed is verified nevertheless
		found, _ = search(dir, []string{".chor", ".fsa"})
	}
	for full := range f.files {
		if filepath.Dir(full) == dir {
			_ = f.observe(dir)
			if _, err := os.Stat(full); err == nil {
				found = append(found, full)
			}
		}
	}
	for _, pattern := range f.patterns {
		if ok, err := filepath.Match(filepath.Dir(pattern), dir); ok && err == nil {
			_ = f.observe(dir)
			list, _ := filepath.Glob(filepath.Join(dir, filepath.Base(pattern)))
			found = append(found, list...)
		}
	}
	slices.Sort(found)
	return found
}
