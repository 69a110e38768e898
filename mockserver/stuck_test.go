package mockserver_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// flood is more requests than a connection holds events of.
const flood = 500

// stuck follows the journal of the default namespace and reads nothing of it, while the
// server has more to send than a connection holds.
func stuck(t *testing.T, address string) {
	t.Helper()
	connection, is := dial(t, address).(*net.TCPConn)
	if !is {
		t.Fatal("it is no TCP")
	}
	if err := connection.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(connection, "GET /__admin/requests/stream HTTP/1.1\r\nHost: %s\r\nLast-Event-ID: 0\r\n\r\n", address); err != nil {
		t.Fatal(err)
	}
	body := `{"appId":"` + strings.Repeat("x ", 7<<10) + `"}`
	for range flood {
		response, err := http.Post("http://"+address+vendortest.GenAuthV3.Rotation.Path, jsonMedia, strings.NewReader(body)) //nolint:noctx // it ends with the server
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
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
	stuck(t, address)
	// A stream is counted when it is at its end.
	const ended = `keyturn_requests_total{provider="admin",operation="streamRequests",status="200"} 1`
	metrics := apitest.New(t, "http://"+address)
	for tries := 0; !strings.Contains(metrics.Send(http.MethodGet, "/metrics").Text, ended); tries++ {
		if tries > 1000 {
			t.Fatal("who does not read is not cut off")
		}
		time.Sleep(10 * time.Millisecond)
	}
	for got := reads.next(t); got.ID != strconv.Itoa(flood); got = reads.next(t) {
		if got.Name != "request" && got.Name != "evicted" {
			t.Fatalf("got %+v", got)
		}
	}
	response, err := http.Get("http://" + address + "/last") //nolint:noctx // it ends with the server
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := reads.next(t); !strings.Contains(got.Data, "/last") {
		t.Errorf("who reads got %+v", got)
	}
}

// TestAQuietStreamGoesOn is silent for longer than the limit on writing, over both
// versions of HTTP.
func TestAQuietStreamGoesOn(t *testing.T) {
	t.Parallel()
	base, roots, stop, _ := serveTLSWith(t, standIn(t), mockserver.Limits{Write: 200 * time.Millisecond, Drain: time.Minute}, func(*tls.Config) {})
	var streams []stream
	client := clientOf(t, roots, onlyHTTP1)
	for _, protocol := range []func(*http.Protocols){onlyHTTP1, onlyHTTP2} {
		streams = append(streams, followBy(t, clientOf(t, roots, protocol).Transport, base, "default", ""))
	}
	for range 2 {
		response, err := client.Get(base + "/nobody")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		for i := range streams {
			if got := streams[i].next(t); got.Name != "request" {
				t.Errorf("stream %d: got %+v", i, got)
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	stop()
	for i := range streams {
		streams[i].wantEnd(t, 10*time.Second)
	}
}
