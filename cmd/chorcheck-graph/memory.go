package main

import (
	"runtime/metrics"
	"time"
)

// watchMemory calls exceeded when more than limit bytes are in use. What the library uses is memory of this
// program, too. Nothing is given back before the end (package confine).
func watchMemory(limit int64, exceeded func()) {
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
