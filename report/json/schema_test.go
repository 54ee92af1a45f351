package json

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/outside"
)

// published is one of the schemas in docs/. It takes no key that is not in it.
func published(t *testing.T, name string) outside.Judge {
	t.Helper()
	judge, err := outside.JSON("../../docs/" + name)
	require.NoError(t, err)
	return judge
}
