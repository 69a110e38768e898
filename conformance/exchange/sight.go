package exchange

import (
	"net/http/httptrace"
	"sync/atomic"
)

// sight is what was seen of the last connection of a request: the transport repeats
// some requests by itself.
type sight struct {
	reused   atomic.Bool
	answered atomic.Bool // the first byte came
}

func (s *sight) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:              func(info httptrace.GotConnInfo) { s.reused.Store(info.Reused) },
		GotFirstResponseByte: func() { s.answered.Store(true) },
	}
}

// closed reports whether a request that failed was sent over a kept connection and got
// no byte back. The transport's own errors would tell it in words alone.
func (s *sight) closed() bool { return s.reused.Load() && !s.answered.Load() }
