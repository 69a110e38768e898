package mockserver_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
)

// stuck follows the journal of the default namespace and reads nothing of it, while the
// server has more to send than a connection holds.
func stuck(t *testing.T, address string) net.Conn {
	t.Helper()
	connection := dial(t, address)
	if err := connection.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(connection, "GET /__admin/requests/stream HTTP/1.1\r\nHost: %s\r\nLast-Event-ID: 0\r\n\r\n", address); err != nil {
		t.Fatal(err)
	}
	body := `{"appId":"` + strings.Repeat("x ", 7<<10) + `"}`
	for range 800 {
		response, err := http.Post("http://"+address+signedPath, jsonMedia, strings.NewReader(body)) //nolint:noctx // it ends with the server
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	return connection
}

// TestTheServerEndsAlthoughNobodyReads is for a drain limit that nobody wants to wait for.
func TestTheServerEndsAlthoughNobodyReads(t *testing.T) {
	t.Parallel()
	address, stop, stopped := serveWith(t, standIn(t), mockserver.Limits{Drain: time.Minute, Write: time.Minute})
	stuck(t, address)
	time.Sleep(2 * time.Second)
	stop()
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(15 * time.Second):
		t.Error("the server waits for one that does not read")
	}
}

// TestWhoDoesNotReadIsCutOff holds a follower to the limit on writing, and no other.
func TestWhoDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	address, _, _ := serveWith(t, standIn(t), mockserver.Limits{Write: 500 * time.Millisecond})
	reads := follow(t, "http://"+address, "default", "")
	connection := stuck(t, address)
	time.Sleep(time.Second) // longer than the limit
	if err := connection.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(connection)
	if err != nil && !strings.Contains(err.Error(), "reset") || strings.HasSuffix(string(text), "0\r\n\r\n") {
		t.Errorf("it ends with %q: %v", text[max(0, len(text)-50):], err)
	}
	if strings.Count(string(text), "event: request") >= 800 {
		t.Error("it was sent everything")
	}
	for range 800 {
		reads.next(t)
	}
	response, err := http.Get("http://" + address + "/last") //nolint:noctx // it ends with the server
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := reads.next(t); !strings.Contains(got.data, "/last") {
		t.Errorf("who reads got %+v", got)
	}
}
