package cache

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"reflect"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lang"
	"chorcheck/verify"
)

// Version of the format of entries.
const Version = 1

// Question is what a result is the answer to.
type Question struct {
	Tool string // the program: see Identity
	Unit *lang.Unit
	Load lang.Options // that made the unit
	// Options of the verification. Those that are made from the unit may be missing.
	Options verify.Options
}

// Key identifies a question.
type Key [sha256.Size]byte

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// immaterial names the fields of verify.Options that are not in the key, and says why. All fields of lang.Options are.
var immaterial = map[string]string{
	"Progress":       "shows what goes on, and changes nothing",
	"Every":          "how often Progress is called",
	"SpillDir":       "where a search writes to, not what it finds",
	"Checkpoint":     "nothing is kept or found with one, see Keeps",
	"Environments":   "made from the text and the options of loading",
	"Interactions":   "made from the text and the options of loading",
	"Properties":     "made from the text and the options of loading",
	"mostContents":   "cannot be set outside of package verify",
	"quick":          "cannot be set outside of package verify",
	"mostAtoms":      "cannot be set outside of package verify",
	"mostComponents": "cannot be set outside of package verify",
}

// Key of the question. The name of the text counts as far as anything is made from it: its format is guessed
// from it, and automata are called after it.
func (q *Question) Key() Key {
	w := canon{sha256.New()}
	w.number('V', Version)
	w.text(q.Tool)
	w.text(q.Unit.Format)
	w.text(q.Unit.Name)
	w.text(q.Unit.File.Text)
	w.value(reflect.ValueOf(q.Load), nil)
	w.value(reflect.ValueOf(q.Options), immaterial)
	return Key(w.Sum(nil))
}

// canon writes values so that different ones are different texts.
type canon struct{ hash.Hash }

func (w canon) number(kind byte, n uint64) {
	var b [9]byte
	b[0] = kind
	binary.LittleEndian.PutUint64(b[1:], n)
	_, _ = w.Write(b[:]) // a hash never fails
}

func (w canon) text(s string) {
	w.number('s', uint64(len(s)))
	_, _ = w.Write([]byte(s))
}

// value writes a value of any type that options have. Fields of the outermost struct may be left out.
func (w canon) value(v reflect.Value, without map[string]string) {
	switch v.Kind() {
	case reflect.Bool:
		n := uint64(0)
		if v.Bool() {
			n = 1
		}
		w.number('b', n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.number('i', uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		w.number('u', v.Uint())
	case reflect.Float32, reflect.Float64:
		w.number('f', math.Float64bits(v.Float()))
	case reflect.String:
		w.text(v.String())
	case reflect.Slice, reflect.Array:
		w.number('[', uint64(v.Len()))
		for i := range v.Len() {
			w.value(v.Index(i), nil)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		w.number('m', uint64(len(keys)))
		for _, k := range keys {
			w.text(k.String())
			w.value(v.MapIndex(k), nil)
		}
	case reflect.Pointer:
		if v.IsNil() {
			w.number('0', 0)
			return
		}
		w.number('*', 1)
		w.value(v.Elem(), nil)
	case reflect.Struct:
		w.number('{', uint64(v.NumField()))
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if without[name] != "" {
				continue
			}
			w.text(name)
			w.value(v.Field(i), nil)
		}
	default:
		bug.Panicf("an option of type %s cannot be part of the key of a result", v.Type())
	}
}
