package diag

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	words := []string{"deadlock", "stuck", "livelock", "orphan-message", "Shop", "Bank", "B"}
	for word, want := range map[string]string{
		"deadlok":               "deadlock",
		"dealdock":              "deadlock", // a swap
		"Shpo":                  "Shop",
		"shop":                  "Shop",
		"b":                     "B", // the case of letters alone
		"orphan-mesage":         "orphan-message",
		"zzz":                   "",
		"":                      "",
		"Bank":                  "", // nothing to mend
		strings.Repeat("x", 99): "",
	} {
		assert.Equal(t, want, Nearest(word, words), "%q", word)
	}
}
