package identityservice_test

import (
	"encoding/json"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/provider/identityservice"
)

// TestTranscript replays what the vendor's page documents against the default
// world.
func TestTranscript(t *testing.T) {
	t.Parallel()
	world, err := fixtures.Default()
	if err != nil {
		t.Fatal(err)
	}
	all, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	s := startWorld(t, &world)
	replayed := 0
	for _, transcript := range all {
		if transcript.Provider != identityservice.Name {
			continue
		}
		for _, exchange := range transcript.Exchanges {
			replayed++
			asked := request{Method: exchange.Request.Method, Path: exchange.Request.Path, Authorization: exchange.Request.Headers["Authorization"]}
			if exchange.Request.Body != nil {
				text, err := json.Marshal(exchange.Request.Body)
				if err != nil {
					t.Fatal(err)
				}
				asked.Body = string(text)
			}
			got := s.send(asked)
			if got.status != exchange.Reply.Status {
				t.Errorf("%s: got status %d, want %d: %s", exchange.Name, got.status, exchange.Reply.Status, got.text)
			}
			if exchange.Reply.Body == nil {
				continue
			}
			for _, difference := range fixtures.Match(exchange.Reply.Body, got.body) {
				t.Errorf("%s: %s", exchange.Name, difference)
			}
		}
	}
	if want := 7; replayed != want {
		t.Errorf("replayed %d exchanges, want %d", replayed, want)
	}
}
