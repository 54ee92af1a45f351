package ci

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func itoa(n int) string { return strconv.Itoa(n) }

type hook struct {
	ID, Name, Description, Entry, Language, Files string
	Types, Args                                   []string
	PassFilenames                                 *bool `yaml:"pass_filenames"`
	RequireSerial                                 bool  `yaml:"require_serial"`
}

// run does what pre-commit does with the files of a commit.
func (h *hook) run(t *testing.T, bin, dir string, names ...string) (code int, log string) {
	t.Helper()
	words := append(strings.Fields(h.Entry), h.Args...)
	matching := regexp.MustCompile(h.Files)
	for _, name := range names {
		if matching.MatchString(name) {
			words = append(words, name)
		}
	}
	cmd := exec.Command(filepath.Join(bin, words[0]), words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CHORCHECK_CACHE_DIR="+os.DevNull)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), out.String()
	}
	require.NoError(t, err)
	return 0, out.String()
}

// TestHooks installs the program as pre-commit does for hooks in Go, and runs both hooks.
func TestHooks(t *testing.T) {
	needs(t, "go")
	var hooks []*hook
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	require.NoError(t, err)
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	require.NoError(t, d.Decode(&hooks))
	require.Len(t, hooks, 2)
	byID := map[string]*hook{}
	for _, h := range hooks {
		byID[h.ID] = h
		assert.Equal(t, "golang", h.Language)
		assert.Nil(t, h.PassFilenames)
		assert.NotEmpty(t, h.Description)
	}
	temp, err := temporary()
	require.NoError(t, err)
	bin := filepath.Join(temp, "bin")
	install := exec.Command("go", "install", "-buildvcs=false", "./...")
	install.Dir = root(t)
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOPROXY=off")
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)

	dir := repository(t)
	code, log := byID["chorcheck-verify"].run(t, bin, dir, "chorcheck.yaml", "order.chor")
	assert.Equal(t, 0, code, "%s", log)
	code, log = byID["chorcheck-fmt"].run(t, bin, dir, "chorcheck.yaml", "order.chor", "x.fsa")
	assert.Equal(t, 0, code, "%s", log)
	before, err := os.ReadFile(filepath.Join(dir, "order.chor"))
	require.NoError(t, err)

	broken(t, dir, "order.chor", "  Shop -> Bank: charge", "    Shop   ->   Bank: charge")
	broken(t, dir, "order.chor", "crash Bank", "crash Shop")
	code, log = byID["chorcheck-fmt"].run(t, bin, dir, "order.chor")
	assert.Equal(t, 0, code, "pre-commit sees that the file has changed: %s", log)
	after, err := os.ReadFile(filepath.Join(dir, "order.chor"))
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(string(before), "crash Bank", "crash Shop", 1), string(after))
	code, log = byID["chorcheck-verify"].run(t, bin, dir, "order.chor")
	assert.Equal(t, 1, code, "%s", log)
	assert.Contains(t, log, "deadlock in rough")
}
