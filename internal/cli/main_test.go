package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/verify"
)

// big has far more configurations than a test can wait for: pairs of roles that
// have nothing to do with each other.
func big() string {
	text := "choreography Big\nrole A[12], B[12]\npar "
	for i := range 12 {
		if i > 0 {
			text += " and "
		}
		text += fmt.Sprintf("{ loop at A[%d] { A[%d] -> B[%d]: m } }", i, i, i)
	}
	return text + "\n"
}

// hook is standard input that does something when it has been read.
type hook struct {
	text io.Reader
	then func()
}

func (h *hook) Read(p []byte) (int, error) {
	n, err := h.text.Read(p)
	if errors.Is(err, io.EOF) && h.then != nil {
		h.then()
		h.then = nil
	}
	return n, err
}

func TestInterrupt(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		interrupt := func() {
			time.AfterFunc(100*time.Millisecond, func() { assert.NoError(t, syscall.Kill(os.Getpid(), signal)) })
		}
		var out, err bytes.Buffer
		code := Main("test", []string{"verify", "--engine", "explicit", "-"}, Streams{In: &hook{strings.NewReader(big()), interrupt}, Out: &out, Err: &err})
		assert.Equal(t, 3, code, "%s%s", out.String(), err.String())
		assert.Contains(t, out.String(), "interrupted")
		assert.NotContains(t, out.String(), "✗")
	}
}

// hard are the arguments for a protocol that no engine can decide while a test waits.
func hard(engine string) []string {
	return []string{"--engine", engine, "--env", "lossy", "--set", "window=6", "--set", "capacity=12", "../../specs/bench/sliding-window.chor"}
}

func TestSymbolicSearchesCanBeStopped(t *testing.T) {
	for _, engine := range []string{"symbolic", "auto"} {
		var out, err bytes.Buffer
		start := time.Now()
		code := Main("test", append([]string{"verify", "--timeout", "300ms", "--format", "json"}, hard(engine)...), Streams{Out: &out, Err: &err})
		assert.Equal(t, 3, code, "%s%s", out.String(), err.String())
		assert.Contains(t, out.String(), `"reason": "stopped at the time limit (--timeout)"`)
		assert.False(t, strings.Contains(out.String(), `"verdict": "holds"`))
		assert.Less(t, time.Since(start), 10*time.Second)

		time.AfterFunc(300*time.Millisecond, func() { assert.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT)) })
		out.Reset()
		code = Main("test", append([]string{"verify"}, hard(engine)...), Streams{Out: &out, Err: &err})
		assert.Equal(t, 3, code, "%s%s", out.String(), err.String())
		assert.Contains(t, out.String(), "interrupted")
	}
}

func TestTimeout(t *testing.T) {
	var out, err bytes.Buffer
	start := time.Now()
	code := Main("test", []string{"verify", "--engine", "explicit", "--timeout", "50ms", "--format", "json", "-"}, Streams{In: strings.NewReader(big()), Out: &out, Err: &err})
	assert.Equal(t, 3, code, "%s%s", out.String(), err.String())
	assert.Contains(t, out.String(), `"reason": "stopped at the time limit (--timeout)"`)
	assert.Less(t, time.Since(start), 5*time.Second)
}

func TestABugIsReported(t *testing.T) {
	var out, err bytes.Buffer
	boom := &hook{strings.NewReader("choreography"), func() { panic("a queue has -1 messages \x1b[2J") }}
	code := Main("test", []string{"verify", "-"}, Streams{In: boom, Out: &out, Err: &err})
	assert.Equal(t, 70, code)
	assert.Empty(t, out.String())
	assert.Contains(t, err.String(), "this is a bug in chorcheck")
	assert.Contains(t, err.String(), "a queue has -1 messages")
	assert.Contains(t, err.String(), `chorcheck ["verify" "-"]`)
	assert.NotContains(t, err.String(), "\x1b")
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestOutputThatCannotBeWritten(t *testing.T) {
	text := "choreography Greeting\nrole A, B\nA -> B: hello\n"
	for _, format := range []string{"text", "json"} {
		args := []string{"verify", "--format", format, "-"}
		var err bytes.Buffer
		code := Main("test", args, Streams{In: strings.NewReader(text), Out: failing{syscall.ENOSPC}, Err: &err})
		assert.Equal(t, 64, code)
		assert.Contains(t, err.String(), "writing the output: no space left on device")

		// A reader that has seen enough changes nothing.
		err.Reset()
		code = Main("test", args, Streams{In: strings.NewReader(text), Out: failing{syscall.EPIPE}, Err: &err})
		assert.Equal(t, 0, code)
		assert.Empty(t, err.String())
	}
}

func TestInputThatIsTooLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 64 MiB")
	}
	var out, err bytes.Buffer
	code := Main("test", []string{"verify", "-"}, Streams{In: io.LimitReader(zeros{}, maxInput+1), Out: &out, Err: &err})
	assert.Equal(t, 64, code)
	assert.Contains(t, err.String(), "larger than 64 MiB")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestProgressLine(t *testing.T) {
	var b bytes.Buffer
	p := &progressLine{w: &b, name: "a\x1bb.chor"}
	p.erase()
	require.Empty(t, b.String(), "nothing is erased that was not shown")
	p.show(verify.Progress{Phase: "exploring", States: 1_234_567, PerSecond: 999, Depth: 42, Frontier: 5000, Bytes: 3 << 20, Elapsed: 12345 * time.Millisecond})
	assert.Equal(t, "\r\x1b[2Ka\\x1bb.chor: exploring, 1.23 M states, 999/s, depth 42, frontier 5 k, 3 MiB, 12s", b.String())
	b.Reset()
	p.erase()
	assert.Equal(t, "\r\x1b[2K", b.String())
	p = &progressLine{w: io.Discard, name: strings.Repeat("x", 500)}
	assert.LessOrEqual(t, len(progressText(p.name, verify.Progress{})), 110)
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "1000": 1000, "1k": 1024, "1KB": 1000, "8GiB": 8 << 30, "512 MiB": 512 << 20, "2T": 2 << 40, "7b": 7,
	} {
		got, err := parseBytes(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"x", "-1", "0", "1.5G", "1XB", "9999999999T", "GiB"} {
		_, err := parseBytes(text)
		assert.Error(t, err, text)
	}
}
