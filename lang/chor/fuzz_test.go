package chor

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// FuzzParse: no text makes the parser panic, all places lie inside the file, a
// file has at most 100 diagnostics, and a text without mistakes is formatted
// into one with the same tree and comments, once and for all.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/syntax/*.txtar", "testdata/format/*.txtar"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range archive.Files {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(checkParse)
}

func checkParse(t *testing.T, text string) {
	src := source.New("fuzz.chor", text)
	var bag diag.Bag
	tree := Parse(src, &bag)
	inside := func(s source.Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Fatalf("place %v is outside a file of %d bytes", s, len(text))
		}
	}
	spans(reflect.ValueOf(tree.Items), inside)
	spans(reflect.ValueOf(tree.Comments), inside)
	diags := bag.Sorted()
	for _, d := range diags {
		inside(d.Primary.Span)
		for _, l := range d.Secondary {
			inside(l.Span)
		}
		if d.Message == "" || d.Code == "" || strings.ContainsAny(d.Message+d.Help, "\x1b\n\r\x00") {
			t.Fatalf("bad message %q %q", d.Message, d.Help)
		}
	}
	if len(diags) > diag.MaxPerFile {
		t.Fatalf("%d diagnostics", len(diags))
	}
	if bag.Failed() {
		return
	}
	text = dump(&File{Items: tree.Items})
	for _, kind := range []string{"BadItem(", "BadExpr(", "BadType("} {
		if strings.Contains(text, kind) {
			t.Fatalf("a part could not be read, but there is no diagnostic\n%s", text)
		}
	}
	out := Format(tree)
	again, diags := parseText(out)
	if len(diags) > 0 {
		t.Fatalf("the formatted text has mistakes: %v\n%s", diags, out)
	}
	if got, want := dump(again), dump(tree); got != want {
		t.Fatalf("formatting changed the tree\n%s\n%s\n%s", want, got, out)
	}
	if got, want := commentsOf(again), commentsOf(tree); got != want {
		t.Fatalf("formatting changed the comments\n%s\n%s\n%s", want, got, out)
	}
	if twice := Format(again); twice != out {
		t.Fatalf("formatting twice differs:\n%s\n%s", out, twice)
	}
}

func commentsOf(f *File) string {
	var b strings.Builder
	for _, c := range f.Comments {
		b.WriteString(strings.TrimRight(c.Text, " \t"))
		b.WriteByte('\n')
	}
	return b.String()
}
