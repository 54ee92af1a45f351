// Package cli is the command line: one file for each command, and what they
// share. It is the only place that knows about terminals, signals, files and exit
// codes; the work itself is done below. docs/cli.md is its description for users,
// and the scripts in testdata/script are its specification.
//
// Exit codes: 0 everything holds, 1 something is violated (or an expectation is
// unmet, a file is not formatted, a trace is no run), 3 inconclusive, 4 a text is
// rejected, 64 usage or input and output, 70 a bug. If several apply, the worst
// one wins: 70, 64, 4, 1, 3, 0.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"chorcheck/internal/bug"
	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/report/text"
)

// Streams are the three standard streams.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// app is one run of the program. Commands set exit and return nil, or return an
// error, which is always about usage or the file system.
type app struct {
	version string
	Streams
	out   *stickyWriter
	exit  int
	color string // auto, always, never

	promise string // the format that a program waits for on standard output; troubles go into it; empty: text

	resuming *recipe // of the checkpoint that is gone on with; nil: none is
}

// Main runs the program and returns its exit code.
func Main(version string, args []string, streams Streams) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprint(streams.Err, report.PrintableBlock(bug.Message(version, args, r, debug.Stack())))
			code = report.ExitBug
		}
	}()
	// A reader who has seen enough closes the pipe. That must not change the
	// verdict, so the signal is ignored and the write error is, too.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := interruptible(context.Background())
	defer stop()

	a := &app{version: version, Streams: streams, out: &stickyWriter{w: streams.Out}}
	a.promise = promised(args)
	root := a.root()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		a.trouble(err)
	}
	if a.out.err != nil {
		fmt.Fprintf(streams.Err, "chorcheck: writing the output: %v\n", a.out.err)
		a.exit = report.Worse(a.exit, report.ExitUsage)
	}
	return a.exit
}

// interruptible ends the context at the first interrupt, so that what was found
// so far is reported. The second one ends the program at once.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for first := true; ; first = false {
			select {
			case <-done:
				return
			case <-signals:
				if !first {
					os.Exit(report.ExitInconclusive)
				}
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}

// stickyWriter remembers the first error, so that a report that could not be
// written is a failure. A reader that has gone away is none.
type stickyWriter struct {
	w    io.Writer
	err  error
	gone bool // the reader
}

func (s *stickyWriter) Write(p []byte) (int, error) {
	if s.err == nil {
		_, err := s.w.Write(p)
		if s.gone = s.gone || errors.Is(err, syscall.EPIPE); !s.gone {
			s.err = err
		}
	}
	return len(p), nil
}

// hinted is an error with advice.
type hinted struct {
	err  error
	hint string
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

func usage(hint, format string, args ...any) error {
	return &hinted{fmt.Errorf(format, args...), hint}
}

// trouble reports an error that ended a command before it could write anything.
func (a *app) trouble(err error) {
	a.exit = report.Worse(a.exit, report.ExitUsage)
	var list troubles
	if !errors.As(err, &list) {
		t := report.Trouble{Message: err.Error()}
		if h := (*hinted)(nil); errors.As(err, &h) {
			t.Hint = h.hint
		}
		list = troubles{t}
	}
	if a.promise != "" {
		r := &report.Report{Version: a.version, Errors: list}
		a.out.Write(rendered(a.promise, r, text.Style{}))
	}
	text.Troubles(a.Err, list, a.errStyle())
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "chorcheck",
		Short: "A model checker for choreographies with failures",
		Long: `chorcheck checks protocols between several parties: it explores everything that
the parties and the messages between them can do, and shows what can go wrong as a
shortest run.`,
		Example: `  chorcheck verify payment.chor
  chorcheck explain deadlock`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	root.Version = a.version // the command `version` says more
	root.SetIn(a.In)
	root.SetOut(a.out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return flagError(cmd, err)
	})
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colour the output: auto, always or never")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		return oneOf("--color", a.color, "auto", "always", "never")
	}
	root.AddCommand(a.initCommand(), a.verifyCommand(), a.watchCommand(), a.resumeCommand(), a.drawCommand(), a.fmtCommand(), a.projectCommand(), a.replayCommand(), a.traceCommand(), a.simulateCommand(),
		a.exportCommand(), a.ltlCommand(), a.explainCommand(), a.cacheCommand(), a.manCommand(), a.configCommand(), a.versionCommand())
	a.complete(root)
	return root
}

func (a *app) unknownCommand(root *cobra.Command, name string) error {
	hint := "`chorcheck --help` lists the commands"
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	if near := diag.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean `%s`?", near)
	} else if _, err := os.Stat(name); err == nil {
		hint = fmt.Sprintf("did you mean `chorcheck verify %s`?", name)
	}
	return usage(hint, "there is no command %q", name)
}

// oneOf checks the value of a flag.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usage("", "%s is one of %s, not %q", flag, strings.Join(allowed, ", "), value)
}

// arguments checks the number of arguments, most -1 for any number.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		hint := "usage: " + cmd.UseLine()
		switch {
		case len(args) < least:
			return usage(hint, "%s needs %s", cmd.Name(), what)
		case most >= 0 && len(args) > most:
			return usage(hint, "%s does not take %q", cmd.Name(), args[most])
		}
		return nil
	}
}
