package chor

import (
	"fmt"
	"reflect"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// parseText parses a text that need not be good.
func parseText(text string) (*File, []diag.Diagnostic) {
	var bag diag.Bag
	f := Parse(source.New("test.chor", text), &bag)
	return f, bag.Sorted()
}

// dump shows a tree without its places. A formula appears as its words, or not
// at all if there is no source.
func dump(f *File) string {
	var b strings.Builder
	for _, it := range f.Items {
		dumpValue(&b, reflect.ValueOf(it), f.Source)
		b.WriteString("\n")
	}
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value, src *source.File) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		dumpValue(b, v.Elem(), src)
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			dumpValue(b, v.Index(i), src)
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Struct:
		if span, ok := v.Interface().(source.Span); ok {
			if src == nil {
				return
			}
			s := scan(src.Slice(span))
			for _, t := range s.tokens {
				fmt.Fprintf(b, "%s ", s.text[t.start:t.end])
			}
			return
		}
		b.WriteString(v.Type().Name() + "(")
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "node" {
				dumpValue(b, v.Field(i), src)
				b.WriteString(" ")
			}
		}
		b.WriteString(")")
	default:
		fmt.Fprintf(b, "%#v", v)
	}
}

// spans calls visit with the place of every node of a tree.
func spans(v reflect.Value, visit func(source.Span)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			spans(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spans(v.Index(i), visit)
		}
	case reflect.Struct:
		if span, ok := v.Interface().(source.Span); ok {
			visit(span)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "node" {
				visit(source.Span{Start: int(v.Field(i).Field(0).Field(0).Int()), End: int(v.Field(i).Field(0).Field(1).Int())})
				continue
			}
			spans(v.Field(i), visit)
		}
	}
}
