package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/report/text"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

func (a *app) simulateCommand() *cobra.Command {
	var load loadFlags
	var seed uint64
	var steps int
	var interactive bool
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Run a protocol at random, or step by step",
		Long: `Shows one run of a protocol: a random one, the same for the same seed, or with -i one
in which you choose each step by its number (u takes the last step back, q quits).
What may fail is said by the first environment, or the one of --env. A run proves nothing: the exit code says only whether there was one.`,
		Example: `  chorcheck simulate payment.chor --seed 7 --steps 20
  chorcheck simulate payment.chor -i`,
		Args: arguments(1, 1, "a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if steps < 1 {
				return usage("", "--steps is at least 1")
			}
			if interactive && args[0] == "-" {
				return usage("give the text as a file", "-i reads your choices from standard input")
			}
			u, ok, err := a.loadOne(args[0], &load)
			if err != nil || !ok {
				return err
			}
			s := newSimulation(u, load.crashQueue == "keep", a.out, a.outStyle())
			if e := s.in.Environment(); len(u.Environments) > 1 || len(e.Faults) > 0 {
				fmt.Fprintln(a.out, "environment", e.Name)
			}
			if interactive {
				return s.interact(cmd.Context(), bufio.NewScanner(a.In))
			}
			s.random(cmd.Context(), seed, steps)
			return nil
		},
	}
	load.add(cmd)
	load.addEnvironments(cmd)
	cmd.Flags().Uint64Var(&seed, "seed", 1, "chooses the run")
	cmd.Flags().IntVar(&steps, "steps", 100, "stop after so many steps")
	cmd.Flags().BoolVarP(&interactive, "interactive", "i", false, "choose each step")
	return cmd
}

// simulation is one run that grows and, if the user takes a step back, shrinks.
type simulation struct {
	in      *replay.Interpreter
	file    report.File
	out     io.Writer
	style   text.Style
	configs []replay.Config // those passed; the last one is the present one
}

func newSimulation(u *lang.Unit, keep bool, out io.Writer, style text.Style) *simulation {
	in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0], KeepCrashed: keep})
	return &simulation{in: in, file: fileReport(u, lang.Options{}), out: out, style: style, configs: []replay.Config{in.Initial()}}
}

func (s *simulation) now() replay.Config { return s.configs[len(s.configs)-1] }

func (s *simulation) take(step replay.Step) {
	s.configs = append(s.configs, s.in.Apply(s.now(), step))
	fmt.Fprintln(s.out, row(&s.file, len(s.configs)-1, verify.StepOf(s.in, step)))
}

// row is a numbered step on one line.
func row(f *report.File, number int, step verify.Step) string {
	cells := text.StepRow(f, number, step)
	if cells[2] != "" {
		cells[1] = fmt.Sprintf("%-40s", cells[1])
	}
	return strings.TrimRight(strings.Join(cells, "  "), " ")
}

func (s *simulation) configuration() {
	now := s.in.DescribeConfig(s.now())
	text.Configuration(s.out, &s.file, "now", &now, s.style)
}

// ending says in words why there is no further step.
func (s *simulation) ending() string {
	if s.in.Deadlocked(s.now()) {
		return "no step is possible, and not everybody is done: a deadlock"
	}
	return "no step is possible: the run is over"
}

func (s *simulation) random(ctx context.Context, seed uint64, steps int) {
	random := rand.New(rand.NewPCG(seed, 0))
	end := fmt.Sprintf("stopped after %d steps", steps)
	for range steps {
		if ctx.Err() != nil {
			end = "interrupted"
			break
		}
		enabled := s.in.Enabled(s.now())
		if len(enabled) == 0 {
			end = s.ending()
			break
		}
		s.take(enabled[random.IntN(len(enabled))])
	}
	s.configuration()
	fmt.Fprintf(s.out, "%s (seed %d)\n", end, seed)
}

func (s *simulation) interact(ctx context.Context, input *bufio.Scanner) error {
	show := true
	for ctx.Err() == nil {
		enabled := s.in.Enabled(s.now())
		if show {
			s.configuration()
			if s.in.Terminal(s.now()) {
				fmt.Fprintln(s.out, s.ending())
			}
			for i, e := range enabled {
				fmt.Fprintln(s.out, row(&s.file, i+1, verify.StepOf(s.in, e)))
			}
		}
		show = true
		fmt.Fprint(s.out, "step (number, u, q)? ")
		if !input.Scan() {
			fmt.Fprintln(s.out)
			return input.Err()
		}
		switch word := strings.TrimSpace(input.Text()); word {
		case "q":
			return nil
		case "":
			show = false
		case "u":
			if len(s.configs) > 1 {
				s.configs = s.configs[:len(s.configs)-1]
			} else {
				fmt.Fprintln(s.out, "this is the initial configuration")
				show = false
			}
		default:
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > len(enabled) {
				fmt.Fprintf(s.out, "give a number from 1 to %d, u to take a step back, or q to quit\n", len(enabled))
				show = false
				continue
			}
			s.take(enabled[n-1])
		}
	}
	return nil
}
