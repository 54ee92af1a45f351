package chor

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// hostile are texts that are large, deep, or nonsense.
func hostile() map[string]string {
	const n = 1_000_000
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	alphabet := []string{"{", "}", "(", ")", "[", "]", "A", "->", ":", "choice", "at", "or", "try", "on", "\n", "when", "+", "not", "property", "environment", ",", "1", "5s"}
	var words strings.Builder
	for words.Len() < n {
		words.WriteString(alphabet[random.IntN(len(alphabet))] + " ")
	}
	return map[string]string{
		"braces":          strings.Repeat("{", n),
		"closing braces":  strings.Repeat("}", n),
		"brace lines":     strings.Repeat("{\n", n),
		"pairs":           strings.Repeat("{", n) + strings.Repeat("}", n),
		"loops":           strings.Repeat("loop at A {", n/11),
		"closed loops":    strings.Repeat("loop at A {", n/12) + strings.Repeat("}", n/12),
		"heads":           strings.Repeat("par{", n/4),
		"unfinished pars": strings.Repeat("par ", n/4),
		"tries":           strings.Repeat("try{}on ", n/8),
		"parentheses":     "param a = " + strings.Repeat("(", n),
		"closed":          "param a = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"brackets":        "A" + strings.Repeat("[", n),
		"indices":         "A" + strings.Repeat("[B", n),
		"minus":           "param a = " + strings.Repeat("- ", n),
		"links":           "param a = " + strings.Repeat("--", n),
		"not":             "param a = " + strings.Repeat("not ", n),
		"chain":           "param a = 1" + strings.Repeat("+1", n),
		"chains":          strings.Repeat("param a = 1"+strings.Repeat("+1", 600)+"\n", 800),
		"formula":         "property a: " + strings.Repeat("(", n),
		"formulas":        strings.Repeat("property a: (\n", n/14),
		"formulas inline": strings.Repeat("property a:b;", n/13),
		"quotes":          strings.Repeat("\"", n),
		"comments":        strings.Repeat("//\n", n),
		"comment openers": strings.Repeat("/*", n/2),
		"else":            strings.Repeat("else ", n/5),
		"commas":          "role A" + strings.Repeat(",", n),
		"names":           "role " + strings.Repeat("A ", n/2),
		"colons":          "A -> B" + strings.Repeat(":", n),
		"arrows":          strings.Repeat("->", n/2),
		"senders":         strings.Repeat("A ", n/2),
		"interactions":    strings.Repeat("A->B:m ", n/7),
		"statements":      strings.Repeat("end ", n/4),
		"environment":     "environment e {" + strings.Repeat("crash ", n/6),
		"partition":       "environment e { partition " + strings.Repeat("A|", n/2),
		"strays":          strings.Repeat("par\n}\n", n/6),
		"name":            "role " + strings.Repeat("a", n),
		"number":          "param a = " + strings.Repeat("9", n),
		"noise":           string(noise),
		"words":           words.String(),
		"one line":        "role A " + strings.Repeat(" ", 10_000_000),
		"misspelt":        strings.Repeat("chioce\n", n/7),
		"null":            strings.Repeat("\x00", n),
		"unclosed":        strings.Repeat("environment e {\n", n/16),
	}
}

// TestHostile: each of them gets an answer, quickly and in little space.
func TestHostile(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			var bag diag.Bag
			tree := Parse(source.New("x", text), &bag)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			require.NotNil(t, tree)
			assert.Less(t, took, 5*time.Second)
			// All that was ever allocated; what is alive at one time is at most half of it.
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(600<<20))
			t.Logf("%d bytes: %v, %d MB, %d diagnostics", len(text), took, (after.TotalAlloc-before.TotalAlloc)>>20, len(bag.Sorted()))
			assert.LessOrEqual(t, len(bag.Sorted()), diag.MaxPerFile)
			switch name {
			case "comments", "formulas inline", "interactions", "formula", "formulas", "name":
				assert.False(t, bag.Failed(), "%v", bag.Sorted())
			default:
				assert.True(t, bag.Failed())
			}
		})
	}
}

// TestDepth: a tree of exactly the greatest depth is read and printed, and one
// that is deeper gives one diagnostic.
func TestDepth(t *testing.T) {
	blocks := func(n int) string {
		return strings.Repeat("par {", n) + strings.Repeat("}", n)
	}
	brackets := func(n int) string {
		return "param a = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n)
	}
	sums := func(n int) string { return "param a = 1" + strings.Repeat(" + 1", n-1) }
	signs := func(n int) string { return "param a = " + strings.Repeat("- ", n) + "1" }
	for name, text := range map[string]func(int) string{"blocks": blocks, "brackets": brackets, "sums": sums, "signs": signs} {
		t.Run(name, func(t *testing.T) {
			tree, diags := parseText(text(MaxDepth))
			assert.Empty(t, diags)
			again, diags := parseText(Format(tree))
			assert.Empty(t, diags)
			assert.Equal(t, dump(tree), dump(again))
			for _, n := range []int{MaxDepth + 1, 3 * MaxDepth} {
				_, diags = parseText(text(n) + "\nA -> B m")
				if assert.Len(t, diags, 2, "%v", diags) {
					assert.Equal(t, diag.TooDeep, diags[0].Code)
					assert.Equal(t, diag.MissingColon, diags[1].Code)
				}
			}
		})
	}
}

// TestSize: the limit itself is allowed.
func TestSize(t *testing.T) {
	_, diags := parseText("end at A" + strings.Repeat(" ", MaxSize-8))
	assert.Empty(t, diags)
	tree, diags := parseText("end at A" + strings.Repeat(" ", MaxSize-7))
	require.Len(t, diags, 1)
	assert.Equal(t, diag.FileTooLarge, diags[0].Code)
	assert.Empty(t, tree.Items)
}

// TestManyMistakes: no more are kept than a bag holds, and the others are counted.
func TestManyMistakes(t *testing.T) {
	var bag diag.Bag
	Parse(source.New("x", strings.Repeat("A -> B m\n", 250)), &bag)
	assert.Len(t, bag.Sorted(), diag.MaxPerFile)
	assert.Equal(t, 150, bag.Dropped())
}

// TestDeepFormat: indentation does not make a large text huge.
func TestDeepFormat(t *testing.T) {
	const depth = 400
	text := strings.Repeat("par {", depth) + strings.Repeat("A->B:m\n", 10_000) + strings.Repeat("}", depth)
	tree, diags := parseText(text)
	require.Empty(t, diags)
	assert.Less(t, len(Format(tree)), 20*len(text))
}

// TestUnclosed: the message shows the braces that are never closed, and the one
// that the indentation accuses.
func TestUnclosed(t *testing.T) {
	text := "try {\n  loop at A {\n    A -> B: m\n}\n\nproperty p: A done\n"
	_, diags := parseText(text)
	require.Len(t, diags, 1)
	var labels []string
	for _, l := range diags[0].Secondary {
		labels = append(labels, text[l.Span.Start-2:l.Span.End]+"|"+l.Text)
	}
	assert.Equal(t, []string{"y {|this { is never closed", "A {|or this one, to judge by the indentation", "m\n}|it ends here, further to the left"}, labels)
	assert.Equal(t, len("try {\n  loop at A {\n    A -> B: m\n}"), diags[0].Primary.Span.Start)
}
