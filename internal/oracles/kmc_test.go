package oracles

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

const corpora = "../../../shared/corpora"

// TestKMC compares with kmc, the checker of k-multiparty compatibility. Its `safe`
// is eventual reception and progress on the k-bounded system. It is an oracle
// where the bound is exhaustive: True also asks for its basic conditions.
func TestKMC(t *testing.T) {
	rows := table(t, filepath.Join(corpora, "kmc-verdicts.tsv"))
	safety := []string{"deadlock", "stuck", "unspecified-reception", "orphan-message"}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "file\tk\tkmc safe\texhaustive\tours\toracle")
	compared, parsed := 0, 0
	for _, row := range rows {
		k, err := strconv.Atoi(row["k_interactive"])
		if err != nil {
			continue
		}
		path := find(t, filepath.Join(corpora, "kmc"), row["file"])
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		u := lang.Load(source.New(row["file"], string(text)), lang.Options{Channels: &model.Channel{Discipline: model.FIFO, Capacity: k}})
		if u.Rejected() {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\trejected: %s\t\n", row["file"], k, row["safe"], row["exh"], u.Diagnostics[0].Message)
			continue
		}
		parsed++
		r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Only: safety, MaxStates: 2_000_000})
		require.NoError(t, err)
		ours := "holds"
		for _, c := range r.Environments[0].Checks {
			if c.Verdict == verify.Violated {
				ours = "violated"
			} else if c.Verdict == verify.Inconclusive && ours == "holds" {
				ours = "inconclusive"
			}
		}
		oracle := ""
		switch {
		case row["safe"] == "True" && row["exh"] == "True" && row["Basic"] == "True":
			oracle = "holds"
		// This file's machines are not those that kmc checks: it merges two of
		// its states, whose names it makes equal.
		case row["safe"] == "False" && row["exh"] == "True" && row["file"] != "sndprojnocommute2-res.txt":
			oracle = "violated"
		}
		if oracle != "" {
			compared++
			assert.Equal(t, oracle, ours, row["file"])
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", row["file"], k, row["safe"], row["exh"], ours, oracle)
	}
	require.NoError(t, w.Flush())
	t.Logf("%d files read, %d compared\n%s", parsed, compared, out.String())
	require.Greater(t, compared, 60)
}

// table reads a file of tab-separated values with a header.
func table(t *testing.T, path string) []map[string]string {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here", path)
	}
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	header := strings.Split(lines[0], "\t")
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range strings.Split(line, "\t") {
			row[header[i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// find looks for a file by name in a folder and those below it.
func find(t *testing.T, dir, name string) string {
	found := ""
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (d.Name() == name || strings.HasSuffix(path, "/"+name)) && found == "" {
			found = path
		}
		return err
	}))
	return found
}
