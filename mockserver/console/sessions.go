package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
)

const (
	// lifetime is a working day with a margin.
	lifetime = 12 * time.Hour
	// covered is how much of a session its MAC covers: the Unix time in seconds at which
	// it ends, and a nonce.
	covered = 8 + 16
)

// sessions are good by what is in them, at every server that has the key. Only what ended
// before its time is remembered, here and until then: a server cannot take back what it
// has signed.
type sessions struct {
	now    func() time.Time
	random io.Reader
	key    []byte

	mu    sync.Mutex
	ended map[client.Digest]time.Time
}

// newSessions makes a key of the two, so that a session ends with either.
func newSessions(options Options) *sessions {
	s := &sessions{now: options.System, random: options.Random, key: options.Key, ended: map[client.Digest]time.Time{}}
	mac := s.mac([]byte(options.Guard.Token))
	s.key = mac[:]
	return s
}

func (s *sessions) mac(text []byte) (sum client.Digest) {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(text)
	mac.Sum(sum[:0])
	return sum
}

func (s *sessions) begin() (string, error) {
	var session [covered]byte
	binary.BigEndian.PutUint64(session[:], uint64(s.now().Add(lifetime).Unix()))
	if _, err := io.ReadFull(s.random, session[8:]); err != nil {
		return "", fmt.Errorf("draw the nonce of a session: %w", err)
	}
	mac := s.mac(session[:])
	return base64.RawURLEncoding.EncodeToString(append(session[:], mac[:]...)), nil
}

// read returns the MAC of a session, which stands for it however it is spelled, and when it
// ends: nothing and long ago for one that was never given.
func (s *sessions) read(session string) (mac client.Digest, until time.Time) {
	text, err := base64.RawURLEncoding.DecodeString(session)
	if err != nil || len(text) != covered+len(mac) {
		return mac, until
	}
	if sum := s.mac(text[:covered]); sum.Equal(client.Digest(text[covered:])) {
		return sum, time.Unix(int64(binary.BigEndian.Uint64(text)), 0)
	}
	return mac, until
}

func (s *sessions) has(session string) bool {
	mac, until := s.read(session)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ended := s.ended[mac]
	return !ended && until.After(s.now())
}

func (s *sessions) end(session string) {
	mac, until := s.read(session)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[mac] = until
	for mac, until := range s.ended {
		if !until.After(s.now()) {
			delete(s.ended, mac)
		}
	}
}
