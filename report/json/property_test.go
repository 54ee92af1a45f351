package json

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/report"
	"chorcheck/verify"
)

// TestPropertiesCountTheirProduct: a property has the configurations of its own search, however many they are, and not those
// of the environment.
func TestPropertiesCountTheirProduct(t *testing.T) {
	u := lang.Load(source.New("p.chor", "choreography P\nrole A, B\nproperty told: eventually B receives m\nA -> B: m\n"), lang.Options{})
	require.False(t, u.Rejected())
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Only: []string{"deadlock", "told"}, Properties: u.Properties, Reduce: verify.Reduce{PartialOrder: true}})
	require.NoError(t, err)
	e := &r.Environments[0]
	require.Contains(t, e.Statistics.Unreduced, "properties are decided without reductions")
	product := e.Checks[1].Product
	require.NotZero(t, product.Sign())
	write := func() (rows []Result) {
		var b bytes.Buffer
		require.NoError(t, Write(&b, &report.Report{Files: []report.File{{Source: u.File, Choreography: u.Name, Automata: u.Automata, Result: r}}}))
		var d Document
		require.NoError(t, json.Unmarshal(b.Bytes(), &d))
		return d.Files[0].Results
	}
	rows := write()
	require.Equal(t, product.String(), rows[1].States.String())
	require.Zero(t, rows[1].Transitions)
	require.NotZero(t, rows[0].Transitions)
	e.Checks[1].Product = new(big.Int).Lsh(big.NewInt(1), 100)
	require.Equal(t, "1267650600228229401496703205376", write()[1].States.String())
}
