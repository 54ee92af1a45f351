package cache

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/verify"
)

const (
	greeting   = "choreography Greeting\nrole A, B\nA -> B: hello\n"
	parameters = "choreography Greeting\nparam n = 1\nparam m = 1\nrole A[n], B[m]\nA[0] -> B[0]: hello\n"
	automata   = ".outputs A\n.state graph\nq0 1 ! hello q1\n.marking q0\n.end\n\n.outputs B\n.state graph\nq0 0 ? hello q1\n.marking q0\n.end\n"
)

// Whoever adds an option says here, and if it is in no key in the table immaterial, what it means for results that are
// kept.
func TestEveryOptionIsClassified(t *testing.T) {
	inKey := map[reflect.Type][]string{
		reflect.TypeFor[lang.Options](): {"Format", "Set", "Channels", "Finals", "Faults", "Env"},
		reflect.TypeFor[verify.Options](): {
			"Only", "Skip", "Workers", "MaxStates", "MaxDepth", "Memory", "MaxFindings", "KeepCrashed", "Coverage", "Course", "Reduce",
			"Store", "Order", "Sampling", "Engine", "Certify", "Fairness",
		},
	}
	for of, names := range inKey {
		without := map[string]string{}
		if of == reflect.TypeFor[verify.Options]() {
			without = immaterial
		}
		all := slices.Concat(names, slices.Collect(maps.Keys(without)))
		var fields []string
		for i := range of.NumField() {
			fields = append(fields, of.Field(i).Name)
		}
		assert.ElementsMatch(t, fields, all, "%s: each field is in the key of a result, or cannot matter", of)
	}
	for name, why := range immaterial {
		assert.NotEmpty(t, why, name)
	}
}

// TestKeyHasEveryOption changes each leaf of all options: exactly those that are immaterial make no difference.
func TestKeyHasEveryOption(t *testing.T) {
	q := ask(t, "a.chor", greeting, lang.Options{}, verify.Options{})
	key := q.Key()
	changed := 0
	var try func(v reflect.Value, name string, matters bool)
	try = func(v reflect.Value, name string, matters bool) {
		if !v.CanSet() {
			return // nobody can set it here
		}
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				try(v.Field(i), name+"."+v.Type().Field(i).Name, matters)
			}
			return
		}
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(other(t, v.Type()))
		changed++
		assert.Equal(t, matters, q.Key() != key, name)
		v.Set(old)
		assert.Equal(t, key, q.Key(), name)
	}
	try(reflect.ValueOf(&q.Load).Elem(), "Load", true)
	options := reflect.ValueOf(&q.Options).Elem()
	for i := range options.NumField() {
		name := options.Type().Field(i).Name
		try(options.Field(i), name, immaterial[name] == "")
	}
	assert.Greater(t, changed, 30)
}

// other is a value that is not the zero value.
func other(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		return reflect.Append(v, reflect.Zero(of.Elem()))
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
		v.SetMapIndex(reflect.ValueOf("x"), reflect.Zero(of.Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
	case reflect.Func:
		v.Set(reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value { return nil }))
	default:
		require.Fail(t, "no other value", "%s", of)
	}
	return v
}

func TestKeyTellsQuestionsApart(t *testing.T) {
	two, three := model.Channel{Discipline: model.FIFO, Capacity: 2}, model.Channel{Discipline: model.FIFO, Capacity: 3}
	questions := map[string]*Question{
		"the first":    ask(t, "a.chor", greeting, lang.Options{}, verify.Options{}),
		"a comment":    ask(t, "a.chor", greeting+"// more\n", lang.Options{}, verify.Options{}),
		"a program":    {Tool: "another program"},
		"two":          ask(t, "a.chor", greeting, lang.Options{Channels: &two}, verify.Options{}),
		"three":        ask(t, "a.chor", greeting, lang.Options{Channels: &three}, verify.Options{}),
		"only a, b":    ask(t, "a.chor", greeting, lang.Options{}, verify.Options{Only: []string{"a", "b"}}),
		"only ab":      ask(t, "a.chor", greeting, lang.Options{}, verify.Options{Only: []string{"ab"}}),
		"only a":       ask(t, "a.chor", greeting, lang.Options{}, verify.Options{Only: []string{"a"}, Skip: []string{"b"}}),
		"like fields":  ask(t, "a.chor", greeting, lang.Options{}, verify.Options{Only: []string{"a", "Skip", "b"}}),
		"like others":  ask(t, "a.chor", greeting, lang.Options{}, verify.Options{Only: []string{"a"}, Skip: []string{"b", "Skip"}}),
		"set":          ask(t, "a.chor", parameters, lang.Options{Set: map[string]int64{"n": 1, "m": 2}}, verify.Options{}),
		"set others":   ask(t, "a.chor", parameters, lang.Options{Set: map[string]int64{"n": 2, "m": 1}}, verify.Options{}),
		"automata":     ask(t, "a.fsa", automata, lang.Options{}, verify.Options{}),
		"another name": ask(t, "b.fsa", automata, lang.Options{}, verify.Options{}),
	}
	questions["a program"].Unit = questions["the first"].Unit
	seen := map[Key]string{}
	for name, q := range questions {
		assert.Empty(t, seen[q.Key()], "%s has the key of another one", name)
		seen[q.Key()] = name
	}
	// Only what is made from the name counts.
	assert.Equal(t, questions["the first"].Key(), ask(t, "elsewhere/b.chor", greeting, lang.Options{}, verify.Options{}).Key())
	assert.Equal(t, questions["automata"].Key(), ask(t, "elsewhere/a.fsa", automata, lang.Options{}, verify.Options{}).Key())
	// Maps have no order.
	for range 20 {
		again := ask(t, "a.chor", parameters, lang.Options{Set: map[string]int64{"m": 2, "n": 1}}, verify.Options{})
		assert.Equal(t, questions["set"].Key(), again.Key())
	}
}

func TestAnOptionWithoutAKeyIsABug(t *testing.T) {
	assert.Panics(t, func() {
		w := canon{}
		w.value(reflect.ValueOf(func() {}), nil)
	})
}
