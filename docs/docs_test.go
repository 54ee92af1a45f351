package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
)

func TestFind(t *testing.T) {
	s, ok := Find("ch0012")
	require.True(t, ok)
	assert.Equal(t, "CH0012", s.ID)
	assert.True(t, strings.HasPrefix(s.Text, "## CH0012"))
	assert.NotContains(t, s.Text, "\n## ")
	short, ok := Find("0012")
	assert.True(t, ok)
	assert.Equal(t, s, short)
	_, ok = Find("CH9999")
	assert.False(t, ok)
	_, ok = Find("")
	assert.False(t, ok)
}

// TestEveryCodeHasASection: the codes are read from the sources of package diag: a code without a section
// would be one that `explain` does not know.
func TestEveryCodeHasASection(t *testing.T) {
	codes := declaredCodes(t)
	require.Contains(t, codes, string(diag.ExpectSyntax))
	for _, code := range codes {
		_, ok := Find(code)
		assert.True(t, ok, "%s has no section in docs/diagnostics", code)
	}
	for _, s := range Sections() {
		if regexp.MustCompile(`^CH\d{4}$`).MatchString(s.ID) {
			assert.True(t, slices.Contains(codes, s.ID), "%s is documented in %s but declared nowhere", s.ID, s.Page)
		}
	}
}
