package replay

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIndependence keeps the package apart from the engine: of the module it
// imports package model only, of that it uses the data types only, and it calls
// no method of theirs but Eval, Contains, Chain, Concurrent, ExprText, IsEvent and String.
func TestIndependence(t *testing.T) {
	dataTypes := []string{
		"Automata", "Machine", "LocalState", "Transition", "Assign", "Channels", "Channel", "Pair",
		"Expr", "Var", "VarID", "Role", "RoleID", "LabelID", "Origin", "Domain", "Kind", "DomainKind",
		"Send", "Receive", "Internal", "FIFO", "Sync", "Mailbox", "Bag",
		"IntDomain", "BoolDomain", "EnumDomain", "Discipline", "OpConst", "Bool01",
		"Internal", "Ignore", "Timeout", "Raise", "CrashRaise", "EndRaise", "Failed",
		"Scope", "ScopeID", "Position", "PositionID", "Place", "Handler", "HandlerRef", "Timer", "TimerID", "ExceptionID",
		"Environment", "Fault", "FaultKind", "FaultKinds",
		"Crash", "Silence", "Loss", "Duplicate", "Reorder", "Disconnect", "Partition", "RaiseFault", "Stray",
		"Atom", "AtomSends", "AtomReceives", "AtomRaises", "AtomHandles", "AtomFires", "AtomCrashes", "AtomInside", "AtomInHandler",
		"AtomDone", "AtomCrashed", "AtomFailed", "AtomArmed", "AtomCompares", "AtomEmpty", "AtomFull",
	}
	engine := []string{"Network", "Compile", "Project", "Flatten", "Determinise", "Minimise", "Bits"}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		checked++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if strings.Contains(strings.Split(path, "/")[0], ".") || strings.HasPrefix(path, "chorcheck/") {
				assert.Equal(t, "chorcheck/model", path, name)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			assert.False(t, slices.Contains(engine, selector.Sel.Name), "%s uses %s", name, selector.Sel.Name)
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == "model" {
				assert.Contains(t, dataTypes, selector.Sel.Name, name)
			}
			return true
		})
	}
	assert.Positive(t, checked)
}
