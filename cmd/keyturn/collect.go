package main

import (
	"runtime"
	"runtime/metrics"
)

// collectSeldom lets the heap grow further between two collections than the runtime would:
// what is live is a few MB mostly, so they would come often. set is debug.SetGCPercent.
func collectSeldom(set func(percent int) int) {
	const atFirst = 400 // of the 4 MB that the runtime reckons with before it has looked
	set(atFirst)
	paceNext(set)
}

// paceNext sets by how much the heap may grow when the next collection has ended, and so on
// after each, on a goroutine of the runtime's.
func paceNext(set func(percent int) int) {
	runtime.AddCleanup(new(*byte), func(set func(int) int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		set(growth(live[0].Value.Uint64()))
		paceNext(set)
	}, set)
}

// growth is by how many percent a heap with so many live bytes may grow: by 40 MB where it
// is small, to five times its size, and where that would be a GB and more to three times.
func growth(live uint64) int {
	const (
		small, large  = 10 << 20, 256 << 20
		usual, little = 400, 200
	)
	switch {
	case live < small:
		return int(usual * small / max(live, 1<<20))
	case live < large:
		return usual
	default:
		return little
	}
}
