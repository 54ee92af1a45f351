package graph

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"chorcheck/internal/graph/contract"
	"chorcheck/internal/graph/private"
)

// Failure says why there is no picture, and what to do about it.
type Failure struct{ Message, Hint string }

func (f *Failure) Error() string { return f.Message }

func failure(hint, format string, args ...any) error {
	return &Failure{fmt.Sprintf(format, args...), hint}
}

// Draw has the program at path draw the graph in text. When ctx ends or the time is up (0: the most that the program
// takes) there is no picture. Any error is a *Failure.
func Draw(ctx context.Context, path, text string, limit time.Duration) (picture []byte, err error) {
	if limit <= 0 || limit > contract.MaxTime {
		limit = contract.MaxTime
	}
	dir, once, err := private.Directory()
	if err != nil {
		return nil, failure("", "there is no directory for temporary files: %v", err)
	}
	if once {
		defer os.RemoveAll(dir)
	}
	// The program looks at its clock itself. If that does not help, its time ends here.
	within, cancel := context.WithTimeout(ctx, limit+contract.GraceTime)
	defer cancel()
	cmd := exec.CommandContext(within, path, "-timeout", limit.String())
	out, messages := capped{most: contract.MaxPicture, stop: cancel}, capped{most: 8 << 10}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &out, &messages
	cmd.Env, cmd.Dir = private.Environment(os.Environ(), dir), dir
	cmd.WaitDelay = time.Second
	alone(cmd)
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, failure("", "drawing was interrupted")
	case out.over:
		return nil, failure("", "the picture is larger than %d MiB", contract.MaxPicture>>20)
	case within.Err() != nil:
		return nil, failure(smaller, "drawing takes longer than %v", limit)
	case err != nil:
		return nil, ended(err, messages.content.String())
	}
	return checked(out.content.Bytes())
}

const smaller = "a smaller graph is easier to read as well"

// ended puts into words how the program has ended.
func ended(err error, messages string) error {
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return failure("", "%s cannot be run: %v", contract.Program, err)
	}
	message, _, _ := strings.Cut(strings.TrimSpace(messages), "\n")
	message = strings.TrimPrefix(message, contract.Program+": ")
	hint := ""
	code := -1
	if exit != nil {
		code = exit.ExitCode()
	}
	switch {
	case code == contract.TooLarge || code == contract.Time || code == contract.Memory:
		hint = smaller
	case strings.Contains(messages, "out of memory") || strings.Contains(messages, "cannot allocate memory"):
		message, hint = "drawing needs more memory than it may", smaller
	case message == "":
		message = fmt.Sprintf("%s has ended with %v", contract.Program, err)
	}
	return failure(hint, "%s", message)
}

// checked is the element svg of a picture, without what stands before it: that names a place in the network which
// some readers look up. What is no picture is a failure.
func checked(content []byte) ([]byte, error) {
	broken := failure("is it the one that came with chorcheck?", "what %s has written is no picture", contract.Program)
	begin := bytes.Index(content, []byte("<svg"))
	if begin < 0 {
		return nil, broken
	}
	content = content[begin:]
	for d, first := xml.NewDecoder(bytes.NewReader(content)), true; ; first = false {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			return content, nil
		}
		if start, ok := token.(xml.StartElement); err != nil || first && (!ok || start.Name.Local != "svg") {
			return nil, broken
		}
	}
}

// capped keeps what is written to it up to a limit, and calls stop beyond it.
type capped struct {
	content bytes.Buffer
	most    int
	stop    func() // nil: the rest is dropped
	over    bool
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.most - c.content.Len()
	if len(p) > room {
		c.content.Write(p[:room])
		if c.over = true; c.stop != nil {
			c.stop()
			return room, io.ErrShortWrite
		}
		return len(p), nil
	}
	return c.content.Write(p)
}
