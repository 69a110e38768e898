package replicatest_test

import (
	"encoding/json"
	"net/http"
)

// entry is what the tests read of a journalled request.
type entry struct {
	ID        uint64
	RequestID string `json:"request_id"`
	Operation string
	Method    string
	URL       string
	Status    int
	Fault     string
}

// entries are what the journal of the namespace has at one replica.
func (s stage) entries(at int) []entry {
	s.Helper()
	var listed struct{ Entries []entry }
	got := s.admin(at, http.MethodGet, "/requests?limit=1000", "", http.StatusOK)
	if err := json.Unmarshal([]byte(got.Text), &listed); err != nil {
		s.Fatal(err)
	}
	return listed.Entries
}
