// Command chorcheck-graph reads a graph in the language of Graphviz on standard input, and writes a
// picture of it, in SVG, on standard output. `chorcheck draw` calls it for graphs.
//
// It is a program of its own because the library that lays graphs out takes half a second and 50 MB to
// start, heeds no deadline, and cannot go on after some errors. All of that ends with the
// process, which draws one graph. Graphs of more than some hundred nodes are refused before they are laid out; time and memory are
// limited (package internal/graph/contract has the limits and the exit codes). Files that a graph names are not read.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"chorcheck/internal/graph/confine"
	"chorcheck/internal/graph/contract"

	graphviz "github.com/goccy/go-graphviz"
)

// version is set by the linker: -X main.version=v1.2.3
var version = "devel"

//go:embed NOTICE.txt
var notice string

func main() { confine.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, in io.Reader, out, stderr io.Writer) (code int) {
	fail := func(code int, format string, args ...any) int {
		text := strings.ToValidUTF8(strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "), "?")
		fmt.Fprintf(stderr, "%s: %s\n", contract.Program, text)
		return code
	}
	defer func() {
		if r := recover(); r != nil {
			code = fail(contract.Bug, "%s", broken(r))
		}
	}()

	flags := flag.NewFlagSet(contract.Program, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s [options] < graph.dot > graph.svg\n\nDraws a graph. `chorcheck draw` calls this program; by itself it draws any text for Graphviz.\n\n", contract.Program)
		flags.PrintDefaults()
	}
	limit := flags.Duration("timeout", contract.MaxTime, "give up after this `time`, at most that of the default")
	nodes := flags.Int("nodes", contract.MaxNodes, "refuse graphs of more nodes than this `number`")
	memory := flags.Int64("memory", contract.MaxMemory, "give up when so many `bytes` are in use, at most those of the default")
	showVersion := flags.Bool("version", false, "print the version")
	showNotice := flags.Bool("licenses", false, "print the licences of what this program is made of")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return contract.OK
		}
		return contract.Usage
	}
	switch {
	case flags.NArg() > 0:
		return fail(contract.Usage, "%q: the graph is read from standard input", flags.Arg(0))
	case *limit <= 0 || *nodes <= 0 || *memory <= 0:
		return fail(contract.Usage, "limits are positive")
	case *showVersion:
		fmt.Fprintf(out, "%s %s\n", contract.Program, version)
		return contract.OK
	case *showNotice:
		fmt.Fprint(out, notice)
		return contract.OK
	}
	confine.Within(min(*limit, contract.MaxTime))
	watchMemory(min(*memory, contract.MaxMemory), func() {
		confine.Fail(contract.Memory, fmt.Sprintf("drawing needs more than %d MiB of memory", *memory>>20))
	})

	text, err := io.ReadAll(io.LimitReader(in, contract.MaxText+1))
	if err != nil {
		return fail(contract.Usage, "reading the graph: %v", err)
	}
	if len(text) > contract.MaxText {
		return fail(contract.TooLarge, "the text of the graph is larger than %d MiB", contract.MaxText>>20)
	}
	code, message := draw(text, *nodes, out)
	if message != "" {
		return fail(code, "%s", message)
	}
	return code
}

// draw lays a graph out and writes the picture.
func draw(text []byte, most int, out io.Writer) (code int, message string) {
	if deep(text) {
		return contract.TooLarge, fmt.Sprintf("the graph has subgraphs within each other, more than %d deep", contract.MaxDepth)
	}
	graphviz.SetFileSystem(noFiles{})
	g, err := graphviz.ParseBytes(text)
	if err != nil {
		return contract.BadText, fmt.Sprintf("this is no graph: %v", err)
	}
	if g == nil {
		return contract.BadText, "there is no graph"
	}
	nodes, err := g.NodeNum()
	if err != nil {
		return contract.Bug, err.Error()
	}
	edges, err := g.EdgeNum()
	if err != nil {
		return contract.Bug, err.Error()
	}
	if nodes > most {
		return contract.TooLarge, fmt.Sprintf("the graph has %d nodes, and at most %d are drawn", nodes, most)
	}
	if edges > contract.MaxEdges {
		return contract.TooLarge, fmt.Sprintf("the graph has %d edges, and at most %d are drawn", edges, contract.MaxEdges)
	}
	ctx := context.Background()
	engine, err := graphviz.New(ctx)
	if err != nil {
		return contract.Bug, err.Error()
	}
	picture := limited{most: contract.MaxPicture}
	if err := engine.Render(ctx, g, graphviz.SVG, &picture); err != nil {
		return contract.Bug, broken(err)
	}
	if picture.over {
		return contract.TooLarge, fmt.Sprintf("the picture is larger than %d MiB", contract.MaxPicture>>20)
	}
	if !bytes.Contains(picture.content, []byte("</svg>")) {
		return contract.Bug, broken("nothing was drawn") // which is no error to the library
	}
	if _, err := out.Write(picture.content); err != nil {
		return contract.Usage, fmt.Sprintf("writing the picture: %v", err)
	}
	return contract.OK, ""
}

// broken says that the library has failed, without what it says about its own insides.
func broken(why any) string {
	text, _, _ := strings.Cut(fmt.Sprint(why), "wasm stack trace")
	return "the layout of the graph has failed: " + text
}

// deep reports whether a graph has subgraphs that are too deep within each other. Braces outside of quotation marks are
// counted, also those of comments.
func deep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == '{':
			if depth++; depth > contract.MaxDepth {
				return true
			}
		case !quoted && c == '}':
			depth--
		}
	}
	return false
}

// limited keeps what is written to it, up to a limit.
type limited struct {
	content []byte
	most    int
	over    bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.over = l.over || len(l.content)+len(p) > l.most; !l.over {
		l.content = append(l.content, p...)
	}
	return len(p), nil
}

// noFiles is a file system without files: graphs can name pictures and fonts.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
