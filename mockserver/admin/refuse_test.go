package admin

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

func TestEveryKindHasAStatus(t *testing.T) {
	for _, kind := range client.Kinds() {
		reply := refuse(nil, client.Errorf(kind, "why").At("/field"))
		theClients := reply.Status >= 400 && reply.Status <= 499
		if theClients == (kind == client.Unavailable) {
			t.Errorf("%s: got status %d, want one of the client's errors, or 503 for %s", kind, reply.Status, client.Unavailable)
		}
		if got := reply.Header.Get(provider.ProblemHeader); got != kind.String() {
			t.Errorf("%s: got header %q", kind, got)
		}
	}
	if len(statuses) != len(client.Kinds()) {
		t.Errorf("the table has %d kinds, want %d", len(statuses), len(client.Kinds()))
	}
	if got := refuse(nil, client.Errorf(client.Internal, "why")).Status; got != 500 {
		t.Errorf("internal: got status %d, want 500", got)
	}
}
