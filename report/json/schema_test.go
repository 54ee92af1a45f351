package json

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// schema checks documents against the part of JSON Schema that our schema uses. It
// is stricter than the standard in one point: unknown keys are errors, so that no
// key is written that the schema does not have.
type schema struct {
	root   map[string]any
	others map[string]map[string]any // by the names of their files
}

// check says what is wrong with x, or nothing.
func (s schema) check(rule map[string]any, x any, at string) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, at+": "+fmt.Sprintf(format, args...)) }
	if ref, ok := rule["$ref"].(string); ok {
		if name, below, other := strings.Cut(ref, "#/"); other && name != "" { // of another file
			return schema{root: s.others[name]}.check(map[string]any{"$ref": "#/" + below}, x, at)
		}
		return s.check(s.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), x, at)
	}
	if alternatives, ok := rule["anyOf"].([]any); ok {
		for _, r := range alternatives {
			if len(s.check(r.(map[string]any), x, at)) == 0 {
				return nil
			}
		}
		fail("none of the alternatives fits")
	}
	if c, ok := rule["const"]; ok && !reflect.DeepEqual(c, x) {
		fail("%v is not %v", x, c)
	}
	if e, ok := rule["enum"].([]any); ok && !slices.Contains(e, x) {
		fail("%v is none of %v", x, e)
	}
	number, isNumber := x.(float64)
	text, isText := x.(string)
	list, isList := x.([]any)
	object, isObject := x.(map[string]any)
	switch kind := rule["type"]; kind {
	case "string":
		if !isText {
			fail("%v is no string", x)
		}
	case "number", "integer":
		if !isNumber || kind == "integer" && number != float64(int64(number)) {
			fail("%v is no %v", x, kind)
		}
	case "boolean":
		if _, ok := x.(bool); !ok {
			fail("%v is no Boolean", x)
		}
	case "null":
		if x != nil {
			fail("%v is not null", x)
		}
	case "array":
		if !isList {
			fail("%v is no list", x)
		}
	case "object":
		if !isObject {
			fail("%v is no object", x)
		}
	}
	if least, ok := rule["minimum"].(float64); ok && number < least {
		fail("%v is less than %v", x, least)
	}
	if pattern, ok := rule["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(text) {
		fail("%q does not match %s", text, pattern)
	}
	if least, ok := rule["minItems"].(float64); ok && len(list) < int(least) {
		fail("fewer than %v items", least)
	}
	if items, ok := rule["items"].(map[string]any); ok {
		for i, item := range list {
			errs = append(errs, s.check(items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	}
	if required, ok := rule["required"].([]any); ok {
		for _, key := range required {
			if _, ok := object[key.(string)]; !ok {
				fail("the key %v is missing", key)
			}
		}
	}
	properties, _ := rule["properties"].(map[string]any)
	additional, _ := rule["additionalProperties"].(map[string]any)
	for key, value := range object {
		switch r, ok := properties[key].(map[string]any); {
		case ok:
			errs = append(errs, s.check(r, value, at+"."+key)...)
		case additional != nil:
			errs = append(errs, s.check(additional, value, at+"."+key)...)
		default:
			fail("the key %s is not in the schema", key)
		}
	}
	return errs
}
