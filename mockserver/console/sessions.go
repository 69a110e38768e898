package console

import (
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

const (
	// lifetime is a working day with a margin.
	lifetime = 12 * time.Hour
	// maxSessions bounds how many there are; the oldest makes room for a new one.
	maxSessions = 64
)

// sessions are kept in memory, by their digests, and end with the process.
type sessions struct {
	now func() time.Time

	mu    sync.Mutex
	until map[client.Digest]time.Time
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, until: map[client.Digest]time.Time{}}
}

// begin remembers the session and returns it.
func (s *sessions) begin(session string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var first client.Digest
	for digest, until := range s.until {
		if !until.After(now) {
			delete(s.until, digest)
			continue
		}
		if oldest, found := s.until[first]; !found || until.Before(oldest) {
			first = digest
		}
	}
	if len(s.until) >= maxSessions {
		delete(s.until, first)
	}
	s.until[client.DigestOf(session)] = now.Add(lifetime)
	return session
}

func (s *sessions) has(session string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, known := s.until[client.DigestOf(session)]
	return known && until.After(s.now())
}

func (s *sessions) end(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, client.DigestOf(session))
}
