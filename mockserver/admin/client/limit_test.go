package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRepliesAreBounded(t *testing.T) {
	t.Parallel()
	const reply = `{"version": "v1.0.0"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(reply))
	}))
	t.Cleanup(server.Close)
	for limit, want := range map[int64]string{int64(len(reply)): "", int64(len(reply)) - 1: "longer than 20 bytes"} {
		c := New(server.URL, Options{})
		c.maxReply = limit
		_, err := c.Version(t.Context())
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: got %v, want %q", limit, err, want)
		}
	}
}

// TestOwnHTTPClientGoesStraight looks at the client itself, as the standard library
// exempts loopback addresses from proxies and reads their variables once.
func TestOwnHTTPClientGoesStraight(t *testing.T) {
	t.Parallel()
	transport, ok := New("http://127.0.0.1:7070", Options{}).http.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil || !transport.DisableKeepAlives {
		t.Errorf("got %#v, want a transport without a proxy that keeps no connections", transport)
	}
}
