package trace_test

import (
	"testing"

	"chorcheck/internal/seed"
)

func TestMain(m *testing.M) { seed.Main(m) }
