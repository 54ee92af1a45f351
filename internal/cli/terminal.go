package cli

import (
	"io"
	"os"

	"chorcheck/report/text"
)

// isTerminal reports whether a stream is a device that a person looks at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// colored decides about one output stream. https://no-color.org/
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

func (a *app) outStyle() text.Style { return text.Style{Color: a.colored(a.Out)} }
func (a *app) errStyle() text.Style { return text.Style{Color: a.colored(a.Err)} }
