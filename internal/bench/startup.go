package main

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// How long the program takes to begin: what each call of it costs, whatever it does. A
// whole process is measured, from its start to its end.

// starts is how often each command is called; half of the calls are faster than what is shown.
const starts = 20

// slowStart is more than anybody should wait for a page of help.
const slowStart = 20 * time.Millisecond

// startCommands are calls that do hardly more than begin.
func startCommands() [][]string {
	return [][]string{{"--help"}, {"verify", "--help"}, {"version"}, {"__complete", "verify", "--only", "st"}}
}

// started is what the calls of one command took.
type started struct {
	median, fastest time.Duration
	processor       time.Duration // of the fastest by this measure: what does not depend on other programs
}

func startOf(program string, args ...string) (started, error) {
	var times []time.Duration
	s := started{processor: time.Hour}
	for range starts {
		run := exec.Command(program, args...)
		begin := time.Now()
		if err := run.Run(); err != nil {
			return s, fmt.Errorf("%v: %w", args, err)
		}
		times = append(times, time.Since(begin))
		s.processor = min(s.processor, run.ProcessState.UserTime()+run.ProcessState.SystemTime())
	}
	slices.Sort(times)
	s.median, s.fastest = (times[(starts-1)/2]+times[starts/2])/2, times[0]
	return s, nil
}

// startTable measures the start of the program. One that is slow is an error.
func startTable(w io.Writer) error {
	c, err := build()
	if err != nil {
		return err
	}
	defer c.remove()
	fmt.Fprintln(w, "\n## Start-up")
	fmt.Fprintln(w)
	fmt.Fprintf(w, "Whole processes, from start to end; the median of %d.\n\n", starts)
	fmt.Fprintln(w, "| command | ms | fastest, ms | processor, ms |")
	fmt.Fprintln(w, "| --- | --- | --- | --- |")
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	for _, args := range startCommands() {
		s, err := startOf(c.path, args...)
		if err != nil {
			return err
		}
		if s.fastest > slowStart {
			return fmt.Errorf("chorcheck %v takes %v, more than %v", args, s.fastest, slowStart)
		}
		fmt.Fprintf(w, "| `chorcheck %s` | %.1f | %.1f | %.1f |\n", strings.Join(args, " "), ms(s.median), ms(s.fastest), ms(s.processor))
	}
	return nil
}
