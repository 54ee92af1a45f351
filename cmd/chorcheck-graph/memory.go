package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// watchMemory calls exceeded when more than limit bytes are in use, and has the collector work
// harder before. What the library uses is memory of this program, too.
func watchMemory(limit int64, exceeded func()) {
	debug.SetMemoryLimit(limit)
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	look := func() {
		metrics.Read(sample)
		if sample[0].Value.Uint64()-sample[1].Value.Uint64() > uint64(limit) {
			exceeded()
		}
	}
	look()
	go func() {
		for range time.Tick(every) {
			look()
		}
	}()
}

// every is how often the memory in use is looked at.
const every = 10 * time.Millisecond
