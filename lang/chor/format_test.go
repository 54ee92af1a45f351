package chor

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/source"
)

// TestFormat compares with testdata/format: each archive has a text `in`, and
// the canonical `out`. Without an `out`, `in` is canonical.
func TestFormat(t *testing.T) {
	archives, err := filepath.Glob("testdata/format/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			texts := map[string]string{}
			for _, file := range archive.Files {
				texts[file.Name] = string(file.Data)
			}
			in, out := texts["in"], texts["out"]
			if _, ok := texts["out"]; !ok {
				out = in
			}
			got, diags, ok := FormatSource(source.New("in", in))
			require.True(t, ok, "%v", diags)
			assert.Equal(t, out, got)
			for _, ending := range []string{"\n", "\r\n", "\r"} {
				text := strings.ReplaceAll(in, "\n", ending)
				checkParse(t, text)
				got, _, _ := FormatSource(source.New("in", text))
				assert.Equal(t, out, got, "with lines that end in %q", ending)
			}
		})
	}
}

// TestFormatRefuses checks that a text with mistakes is left alone.
func TestFormatRefuses(t *testing.T) {
	out, diags, ok := FormatSource(source.New("in", "choreography P\nA -> B m"))
	assert.False(t, ok)
	assert.Empty(t, out)
	assert.Len(t, diags, 1)
}

// TestShippedChoreographies parses and formats all choreographies that we ship.
func TestShippedChoreographies(t *testing.T) {
	count := 0
	err := filepath.WalkDir("../../specs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".chor" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		t.Run(path, func(t *testing.T) {
			_, diags := parseText(string(text))
			assert.Empty(t, diags)
			checkParse(t, string(text))
		})
		return nil
	})
	require.NoError(t, err)
	assert.Positive(t, count)
}
