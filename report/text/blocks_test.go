package text

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBlocks: a table that is too wide is divided, and no line is wider than it may be.
func TestBlocks(t *testing.T) {
	narrow := [][]string{{"fault", "calm"}, {"crash", "-"}}
	assert.Equal(t, [][][]string{narrow}, blocks(narrow, 1, 100))
	rows := [][]string{
		{"fault", "calm", "rough", "harsh", "dry"},
		{"crash A", "-", "handled by somebody", "unhandled", "-"},
		{"loss", "tolerated by everybody here", "-", "unhandled", "-"},
	}
	assert.Equal(t, [][][]string{
		{{"fault", "calm"}, {"loss", "tolerated by everybody"}, {"", "here"}},
		{{"fault", "rough"}, {"crash A", "handled by somebody"}},
		{{"fault", "harsh", "dry"}, {"crash A", "unhandled", "-"}, {"loss", "unhandled", "-"}},
	}, blocks(rows, 1, 33))
	for _, block := range blocks(rows, 1, 33) {
		assert.LessOrEqual(t, tableWidth(block), 33)
	}
}

func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"all"}, wrap("all", 5))
	assert.Equal(t, []string{"one", "two", "three", "fourt", "een x"}, wrap("one two three fourteen x", 5))
	assert.Equal(t, []string{"漢字", "漢"}, wrap("漢字漢", 4))
	assert.Equal(t, []string{"a", "b"}, wrap("a b", 1))
}
