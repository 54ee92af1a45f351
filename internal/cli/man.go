package cli

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"chorcheck/internal/bug"
)

// manCommand is for those who install the program; it is not among the commands that
// --help lists.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages into a directory",
		Hidden: true,
		Args:   arguments(1, 1, "a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := makeDirectory("man", args[0]); err != nil {
				return err
			}
			return a.writePages(cmd.Root(), args[0], map[*pflag.Flag]bool{})
		},
	}
}

// writePages writes a page for each command that --help lists. They depend on nothing
// but the commands, not even on the day.
func (a *app) writePages(cmd *cobra.Command, dir string, marked map[*pflag.Flag]bool) error {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err := a.writeOutput(filepath.Join(dir, name), manPage(cmd, marked)); err != nil {
		return err
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			if err := a.writePages(c, dir, marked); err != nil {
				return err
			}
		}
	}
	return nil
}

// manPage is the page of a command. It is made of Markdown, so that the command's plain
// text has to be turned into that first; marked are the flags for which this was done.
func manPage(cmd *cobra.Command, marked map[*pflag.Flag]bool) []byte {
	cmd.Long = manParagraphs(cmd.Long)
	cmd.Short = manText(cmd.Short)
	cmd.DisableAutoGenTag = true
	cmd.InitDefaultHelpFlag()
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !marked[f] {
			_, text := pflag.UnquoteUsage(f)
			f.Usage = manText(text)
			marked[f] = true
		}
	})
	const date = "Jan 1970"
	day := time.Unix(0, 0).UTC()
	var b bytes.Buffer
	if err := doc.GenMan(cmd, &doc.GenManHeader{Section: "1", Date: &day, Source: "chorcheck", Manual: "chorcheck"}, &b); err != nil {
		bug.Panicf("the page of %s cannot be made: %v", cmd.Name(), err)
	}
	return bytes.Replace(b.Bytes(), []byte(`"`+date+`"`), []byte(`""`), 1)
}

// markup is what means something in Markdown.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]()#+!|<>~-]")

func manText(s string) string { return markup.ReplaceAllString(s, `\$0`) }

// manParagraphs keeps indented lines as they are: they are tables.
func manParagraphs(text string) string {
	var b strings.Builder
	table := false
	for line := range strings.Lines(text) {
		indented := strings.HasPrefix(line, "  ")
		if indented != table {
			b.WriteString("```\n")
			table = indented
		}
		if !indented {
			line = manText(line)
		}
		b.WriteString(line)
	}
	if table {
		b.WriteString("\n```\n")
	}
	return b.String()
}
