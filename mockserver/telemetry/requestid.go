package telemetry

import (
	"encoding/hex"
	"io"
	"strconv"
	"sync/atomic"
)

// RequestIDs makes ids for requests. It is safe for concurrent use.
type RequestIDs struct {
	// prefix is eight hexadecimal digits and a hyphen.
	prefix [9]byte
	count  atomic.Uint64
}

// NewRequestIDs reads four bytes, which tell the ids of one process from those of
// another. Where random has fewer to give, zeros take their place: ids are unique in
// the process in any case.
func NewRequestIDs(random io.Reader) *RequestIDs {
	var start [4]byte
	if _, err := io.ReadFull(random, start[:]); err != nil {
		clear(start[:])
	}
	ids := &RequestIDs{}
	hex.Encode(ids.prefix[:8], start[:])
	ids.prefix[8] = '-'
	return ids
}

// Next returns an id such as "9f86d081-1z": digits and lower-case letters, at most 22
// characters, never the same twice.
func (ids *RequestIDs) Next() string {
	var text [22]byte
	return string(strconv.AppendUint(append(text[:0], ids.prefix[:]...), ids.count.Add(1), 36))
}
