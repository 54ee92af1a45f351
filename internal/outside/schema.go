package outside

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// JSON judges documents by a schema, which is a file; others to which it refers lie
// beside it. It is stricter than the schemas in one point: an object that a schema
// lists the keys of has no others, so that no key is written that is not published.
func JSON(path string) (Judge, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.schema.json"))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := add(c, address(name), text, closed); err != nil {
			return nil, err
		}
	}
	return compiled(c, address(filepath.Join(dir, filepath.Base(path))))
}

// Lines judges each line of a document.
func Lines(line Judge) Judge {
	return func(document []byte) error {
		if !bytes.HasSuffix(document, []byte("\n")) {
			return errors.New("the last line has no end")
		}
		for l := range bytes.Lines(document) {
			if err := line(l); err != nil {
				return fmt.Errorf("%w in %.300s", err, l)
			}
		}
		return nil
	}
}

func address(path string) string { return "file://" + filepath.ToSlash(path) }

func add(c *jsonschema.Compiler, url string, text []byte, change func(any)) error {
	x, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	change(x)
	return c.AddResource(url, x)
}

func compiled(c *jsonschema.Compiler, url string) (Judge, error) {
	s, err := c.Compile(url)
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		x, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
		if err != nil {
			return err
		}
		return s.Validate(x)
	}, nil
}

// closed takes further keys out of all objects of a schema.
func closed(x any) {
	switch x := x.(type) {
	case map[string]any:
		if _, ok := x["properties"].(map[string]any); ok && x["additionalProperties"] == nil {
			x["additionalProperties"] = false
		}
		for _, y := range x {
			closed(y)
		}
	case []any:
		for _, y := range x {
			closed(y)
		}
	}
}

// library is where the schema of SARIF lies.
const library = "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

// SARIF judges logs by the schema of SARIF 2.1.0, as the library has it, and by
// whether the library can read them.
func SARIF() (Judge, error) {
	out, err := run("", "go", "list", "-f", "{{.Dir}}", library)
	if err != nil {
		return nil, err
	}
	text, err := stringConstant(filepath.Join(strings.TrimSpace(out), "schema.go"), "schema")
	if err != nil {
		return nil, err
	}
	const url = "file:///sarif.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	withID := func(x any) { // it is known by another name here
		delete(x.(map[string]any), "id")
	}
	if err := add(c, url, []byte(text), withID); err != nil {
		return nil, err
	}
	bySchema, err := compiled(c, url)
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		if err := bySchema(document); err != nil {
			return err
		}
		_, err := sarif.FromBytes(document)
		return err
	}, nil
}

// stringConstant reads the value of a constant in a file of Go.
func stringConstant(path, name string) (string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return "", err
	}
	value := ""
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 || spec.Names[0].Name != name {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			value = constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0))
		}
		return false
	})
	if value == "" {
		return "", fmt.Errorf("%s: there is no constant %s", path, strconv.Quote(name))
	}
	return value, nil
}
