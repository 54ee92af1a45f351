// Package starter has the files with which a repository begins to use chorcheck: a
// protocol that teaches, a configuration, and a workflow for GitHub Actions.
//
// It guarantees that the files are there, in the order in which they are written, with
// slashed names relative to the repository. It costs some kilobytes in the program and
// nothing before it is asked. It does not write them: package cli does.
package starter

import (
	"embed"
	"path"
	"strings"
)

//go:embed files
var files embed.FS

// Names of the files.
const (
	Protocol = "order.chor"
	Config   = "chorcheck.yaml"
	Workflow = ".github/workflows/chorcheck.yml"
)

// Unknown is what the workflow uses if nobody says where the action is. An owner's name
// has no underscores, so that nobody can have this one.
const Unknown = "_OWNER_/chorcheck@main"

// File is one file of a repository.
type File struct {
	Name string // with slashes
	What string // a few words on what it is
	Text string
}

// Files are all of them. The workflow uses the action of that name: owner/repository@ref.
func Files(action string) []File {
	return []File{
		{Protocol, "a protocol that holds, with a failure, a timer and its handler", read("order.chor")},
		{Config, "what is verified, and how", read("chorcheck.yaml")},
		{Workflow, "verifies each push and pull request on GitHub", strings.ReplaceAll(read("workflow.yml"), Unknown, action)},
	}
}

func read(name string) string {
	text, _ := files.ReadFile(path.Join("files", name)) // it is embedded
	return string(text)
}
