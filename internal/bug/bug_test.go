package bug

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPanicf(t *testing.T) {
	assert.PanicsWithError(t, "queue 3 has -1 messages", func() { Panicf("queue %d has %d messages", 3, -1) })
}

func TestMessage(t *testing.T) {
	m := Message("1.2", []string{"verify", "a b.chor"}, Broken{"two heads"}, []byte("goroutine 1\nmain.main()\n"))
	assert.Contains(t, m, "this is a bug in chorcheck")
	assert.Contains(t, m, "two heads")
	assert.Contains(t, m, "version: 1.2")
	assert.Contains(t, m, `["verify" "a b.chor"]`)
	assert.Contains(t, m, "    main.main()\n")
}
