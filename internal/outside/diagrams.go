package outside

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// diagram finds the diagrams of Mermaid in a text of Markdown.
var diagram = regexp.MustCompile("(?ms)^```mermaid\n(.*?)^```$")

// parse reads a list of diagrams, and prints for each one how many participants,
// and messages and notes, Mermaid has found in it, or what it has complained of.
const parse = `
const {pathToFileURL} = await import("node:url");
const {default: mermaid} = await import(pathToFileURL(process.argv[1]).href);
let text = "";
for await (const chunk of process.stdin) text += chunk;
const found = [];
await mermaid.parse("sequenceDiagram"); // it finds the language by itself from now on
for (const one of JSON.parse(text)) {
	try {
		const d = await mermaid.mermaidAPI.getDiagramFromText(one);
		found.push({participants: d.db.getActorKeys().length, events: d.db.getMessages().length});
	} catch (e) {
		found.push({trouble: String(e.message)});
	}
}
console.log(JSON.stringify(found));
`

// Mermaid judges documents of Markdown by whether Mermaid can read the diagrams in
// them, and finds no more in them than a participant or an event in each line.
func Mermaid() (Judge, error) {
	node, err := program("node")
	if err != nil {
		return nil, err
	}
	library, err := module("mermaid/dist/mermaid.core.mjs")
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		var diagrams []string
		for _, m := range diagram.FindAllSubmatch(document, -1) {
			diagrams = append(diagrams, string(m[1]))
		}
		input, err := json.Marshal(diagrams)
		if err != nil || len(diagrams) == 0 {
			return err
		}
		out, err := run(string(input), node, "--input-type=module", "--eval", parse, library)
		if err != nil {
			return err
		}
		var found []struct {
			Participants, Events int
			Trouble              string
		}
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			return err
		}
		for i, text := range diagrams {
			participants := strings.Count(text, "\n  participant ")
			events := strings.Count(text, "\n") - 1 - participants
			switch x := found[i]; {
			case x.Trouble != "":
				err = errors.Join(err, fmt.Errorf("%s in %.500s", x.Trouble, text))
			case x.Participants != participants || x.Events != events:
				err = errors.Join(err, fmt.Errorf("%d participants and %d events, not %d and %d, in %.500s", x.Participants, x.Events, participants, events, text))
			}
		}
		return err
	}, nil
}

// PlantUML judges texts by whether PlantUML can read the diagrams in them.
func PlantUML() (Judge, error) {
	plantuml, err := program("plantuml")
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		if len(document) == 0 {
			return nil
		}
		return inFile("document.puml", document, func(path string) error {
			_, err := run("", plantuml, "-checkonly", "-failfast", "-charset", "UTF-8", path)
			return err
		})
	}, nil
}
