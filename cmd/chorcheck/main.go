// Command chorcheck is a model checker for choreographies with failures. What it
// does is in package internal/cli; docs/cli.md describes it for users.
package main

import (
	"os"

	"chorcheck/internal/cli"
)

// version is set by the linker: -X main.version=v1.2.3
var version = "devel"

func main() {
	os.Exit(cli.Main(version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
