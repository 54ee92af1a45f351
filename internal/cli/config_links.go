package cli

import (
	"io/fs"
	"os"
	"path/filepath"

	"chorcheck/internal/config"
)

// A configuration may come with texts from somebody else, and so may symbolic links. What it has written
// stays in or below its directory all the same.

// staysInside refuses a setting of a configuration whose file is elsewhere, since a link leads there.
func staysInside(r *config.Resolved, e config.Effective) error {
	if r.File == nil || e.From.Where == config.Flag || e.Key.Path != config.Inside && e.Key.Path != config.AfterFormat {
		return nil
	}
	dir := filepath.Dir(r.File.Source.Name)
	for i, v := range e.Values {
		name, ok := e.Key.Path.File(v)
		if !ok || name == "" {
			continue
		}
		if link := linkOut(dir, filepath.FromSlash(name)); link != "" {
			return usage("give a name without such a link, or use --"+e.Name+" on the command line",
				"%s: `%s` names what is not in or below the directory of the configuration: %s is a link", origin(r, e.Each[i]), e.Name, link)
		}
	}
	return nil
}

// linkOut finds a link that leads out of a directory, on the way to a file of which the name is relative to it, or to a
// file in there if that is a directory; empty if there is none. A link to nowhere leads out.
func linkOut(dir, name string) string {
	root, err := filepath.EvalSymlinks(dir)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return ""
	}
	out := func(path string) bool {
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return false
		}
		to, err := filepath.EvalSymlinks(path)
		if err == nil {
			to, err = filepath.Abs(to)
		}
		if err != nil {
			return true
		}
		rel, err := filepath.Rel(root, to)
		return err != nil || !filepath.IsLocal(rel)
	}
	path := filepath.Join(dir, name)
	for p := path; p != filepath.Clean(dir) && p != filepath.Dir(p); p = filepath.Dir(p) {
		if out(p) {
			return p
		}
	}
	entries, _ := os.ReadDir(path) // a file has none
	for _, e := range entries {
		if p := filepath.Join(path, e.Name()); out(p) {
			return p
		}
	}
	return ""
}
