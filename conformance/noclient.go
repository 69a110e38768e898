package conformance

import (
	"fmt"
	"strings"

	"github.com/keyturn/keyturn/conformance/profile"
)

// NoClient is the id of a client that does not exist, in the form of one that does.
// Where clients can be read it is read first: calls about it are made with an
// administrator's authority, and must never meet anybody's client.
func (s *Session) NoClient() string {
	if s.run.dry {
		return "{no such client}"
	}
	model := ""
	if s.run.canary != nil {
		model = s.run.canary.client.text("client")
	} else if app := s.App(); app != nil {
		model = app.text("client")
	}
	const tries = 5
	for range tries {
		id := scramble(model, s.random.IntN)
		if id == "" || id == model {
			id = fmt.Sprintf("keyturn-%s-none-%d", s.run.id, s.random.IntN(1_000_000))
		}
		if !s.run.bound.Binds("read") || !s.Call("read", profile.Values{"client": id, "client_id": id}).OK {
			return id
		}
	}
	s.Incompletef("no id could be found that is nobody's: the target finds a client for each")
	return ""
}

// telling is how many characters have to be scrambled for an id to be surely nobody's.
const telling = 8

// scramble replaces letters by letters and digits by digits, of a uuid only in its last
// group, where no version stands. It is "" for an id with too few of them, and for a
// name of ours, whose form is free.
func scramble(id string, random func(int) int) string {
	scrambled, changed := []byte(id), 0
	for i := strings.LastIndexByte(id, '-') + 1; i < len(scrambled); i++ {
		switch c := scrambled[i]; {
		case c >= '0' && c <= '9':
			scrambled[i] = byte('0' + random(10))
		case c >= 'a' && c <= 'f':
			scrambled[i] = byte('a' + random(6))
		case c >= 'A' && c <= 'F':
			scrambled[i] = byte('A' + random(6))
		default:
			continue
		}
		changed++
	}
	if changed < telling || strings.HasPrefix(id, "keyturn-") {
		return ""
	}
	return string(scrambled)
}
