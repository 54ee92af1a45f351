package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chorcheck/report"
)

// settle is how long nothing may change before the texts are verified again: an editor
// writes, renames and removes several files to save one.
const settle = 100 * time.Millisecond

func (a *app) watchCommand() *cobra.Command {
	var clear bool
	cmd := &cobra.Command{
		Use:   "watch FILE...",
		Short: "Verify again whenever a file is saved",
		Long: `Verifies, and does so again whenever one of the files is saved: what verify does, with
its options. A search that is running when a file changes is given up. New files in a
directory are found, and files that vanish may come back. Configurations and the
baseline count as well.

Ctrl-C ends it, with exit code 0 whatever the last verdict was.`,
		Example: `  chorcheck watch payment.chor
  chorcheck watch --clear --only deadlock,stuck protocols
  chorcheck watch --format text --format html=report.html payment.chor`,
		Args: arguments(1, -1, "a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var further []string
			for _, name := range []string{"config", "baseline"} {
				if f := cmd.Flags().Lookup(name); f.Value.String() != "" {
					further = append(further, f.Value.String())
				}
			}
			return a.watch(cmd.Context(), givenFlags(cmd.Flags(), "clear", "color"), args, further, clear)
		},
	}
	a.verifyCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains([]string{"checkpoint", "checkpoint-every", "write-baseline"}, f.Name) { // once is enough for these
			cmd.Flags().AddFlag(f)
		}
	})
	cmd.Flags().BoolVar(&clear, "clear", false, "clear the terminal before each report")
	return cmd
}

// givenFlags are the flags of a command line, but for some, such that they can be parsed
// again.
func givenFlags(flags *pflag.FlagSet, but ...string) []string {
	var args []string
	flags.Visit(func(f *pflag.Flag) {
		list, ok := f.Value.(pflag.SliceValue)
		switch {
		case slices.Contains(but, f.Name):
		case ok && f.Value.Type() == "stringSlice": // in its own notation, as values may have commas
			args = append(args, "--"+f.Name+"="+strings.TrimSuffix(strings.TrimPrefix(f.Value.String(), "["), "]"))
		case ok:
			for _, v := range list.GetSlice() {
				args = append(args, "--"+f.Name+"="+v)
			}
		default:
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// watch verifies until it is interrupted, and again if one of the files or of the
// further ones changes.
func (a *app) watch(ctx context.Context, flags, names, further []string, clear bool) error {
	if slices.Contains(names, "-") {
		return usage("give a file", "standard input cannot be watched")
	}
	if _, troubles := expand(names, ".chor", ".fsa"); len(troubles) > 0 {
		return usage(troubles[0].Hint, "%s: %s", troubles[0].File, troubles[0].Message)
	}
	files, err := watchFiles(names, further...)
	if err != nil {
		return err
	}
	defer files.close()
	w := &watcher{changes: files.changes, settle: settle, after: time.After}
	w.verify = func(ctx context.Context, r round) error {
		if err := a.verifyRound(ctx, r, flags, names, clear); err != nil {
			if r.first || errors.Is(err, errSuperseded) {
				return err
			}
			a.trouble(err)
		}
		if a.out.err != nil || a.out.gone {
			return errNobodyReads
		}
		return nil
	}
	err = w.run(ctx)
	if errors.Is(err, errNobodyReads) { // Main says why, if it has to be said
		err = nil
	}
	if err == nil {
		err = files.failed()
	}
	a.exit = report.ExitOK
	return err
}

var errNobodyReads = errors.New("the output is not read any more")

// verifyRound is one call of verify, with a line that says when and why.
func (a *app) verifyRound(ctx context.Context, r round, flags, names []string, clear bool) error {
	to := io.Writer(a.out)
	if a.promise != "" { // a program reads that
		to = a.Err
	}
	if clear && isTerminal(a.Out) {
		fmt.Fprint(a.out, "\x1b[H\x1b[2J\x1b[3J")
	}
	fmt.Fprintf(to, "--- %s  %s\n", time.Now().Format("15:04:05"), r.reason(names))
	cmd := a.verifyCommand()
	cmd.SetContext(ctx)
	if err := cmd.ParseFlags(slices.Concat(flags, []string{"--"}, names)); err != nil {
		return flagError(cmd, err)
	}
	if err := cmd.RunE(cmd, cmd.Flags().Args()); err != nil {
		return err
	}
	fmt.Fprintln(to)
	return nil
}

// round is one verification.
type round struct {
	first   bool
	changed []string // names of files, sorted; an empty one: some changes were missed
	gaveUp  bool     // the search before this one
}

// reason says why there is this round.
func (r round) reason(watched []string) string {
	if r.first {
		return "watching " + namesInShort(watched) + "; Ctrl-C ends"
	}
	why := namesInShort(r.changed)
	switch {
	case slices.Contains(r.changed, ""):
		why = "too much has changed at once"
	case len(r.changed) > 1:
		why += " have changed"
	default:
		why += " has changed"
	}
	if r.gaveUp {
		why += "; the search that was running is given up"
	}
	return why
}

// namesInShort are the first of some names.
func namesInShort(names []string) string {
	const most = 3
	var list []string
	for _, name := range names[:min(most, len(names))] {
		list = append(list, report.Printable(filepath.Clean(name)))
	}
	text := strings.Join(list, ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}

// watcher verifies again after changes. Verifying and reporting stay on the goroutine of
// run; another one collects what changes meanwhile.
type watcher struct {
	changes <-chan string                      // names of files; it is closed when no more can be known
	verify  func(context.Context, round) error // errSuperseded: it has given up
	settle  time.Duration
	after   func(time.Duration) <-chan time.Time

	mutex   sync.Mutex
	changed []string                // since the round that is running began
	giveUp  context.CancelCauseFunc // ends that round
}

// errSuperseded ends a search whose text has changed.
var errSuperseded = errors.New("the text has changed")

// superseded reports whether nobody wants the report of a search any more.
func superseded(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errSuperseded) }

// run verifies until the context or the changes end, or verify fails.
func (w *watcher) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	settled := make(chan struct{}, 1)
	var collecting sync.WaitGroup
	collecting.Go(func() { w.collect(ctx, settled) })
	defer collecting.Wait()
	defer cancel()

	gaveUp := false
	for first := true; ; first = false {
		searching, end := context.WithCancelCause(ctx)
		r := round{first: first, changed: w.begin(end), gaveUp: gaveUp}
		if first || len(r.changed) > 0 {
			err := w.verify(searching, r)
			gaveUp = errors.Is(err, errSuperseded)
			if err != nil && !gaveUp {
				end(nil)
				return err
			}
		}
		select {
		case <-ctx.Done():
			end(nil)
			return nil
		case _, more := <-settled:
			end(nil)
			if !more {
				return nil
			}
		}
	}
}

// begin begins a round, which is given up by the function, and takes the changes that it is about.
func (w *watcher) begin(giveUp context.CancelCauseFunc) []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	list := w.changed
	w.changed, w.giveUp = nil, giveUp
	slices.Sort(list)
	return slices.Compact(list)
}

// collect notes what changes, and says when that has settled.
func (w *watcher) collect(ctx context.Context, settled chan<- struct{}) {
	var calm <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case name, ok := <-w.changes:
			if !ok {
				close(settled)
				return
			}
			w.note(name)
			calm = w.after(w.settle)
		case <-calm:
			calm = nil
			select {
			case settled <- struct{}{}:
			default: // it was said already
			}
		}
	}
}

// note a change, and give up the search that is running.
func (w *watcher) note(name string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.changed = append(w.changed, name)
	if w.giveUp != nil {
		w.giveUp(errSuperseded)
	}
}
