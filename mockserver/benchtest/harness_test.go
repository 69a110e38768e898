package benchtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestLoad: the generator sends as many requests as it is told, and takes nothing
// but the wanted reply for a success.
func TestLoad(t *testing.T) {
	t.Parallel()
	var got atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Add(1)
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		if r.URL.Path == "/nothing" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = w.Write([]byte(`{"code":200}`))
	}))
	defer server.Close()
	l, err := newLoad(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	const count = 300
	for _, test := range []struct {
		path string
		want want
		ok   bool
	}{
		{"/", want{200, `"code":200`}, true},
		{"/nothing", want{status: 204}, true},
		{"/", want{200, `"code":500`}, false},
		{"/refused", want{status: 200}, false},
	} {
		got.Store(0)
		sent, _, err := l.run(count, time.Minute, traffic{want: test.want, write: request{method: "GET", path: test.path}.always()})
		if (err == nil) != test.ok || test.ok && (sent != count || got.Load() != count) {
			t.Errorf("%s for %v: %d sent, %d arrived, error %v", test.path, test.want, sent, got.Load(), err)
		}
	}
	if sent, took, err := l.run(1<<40, 50*time.Millisecond, ok(request{method: "GET", path: "/"})); err != nil || sent == 0 || took > 5*time.Second {
		t.Errorf("a run of 50 ms sent %d in %v, error %v", sent, took, err)
	}
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	write := request{method: "POST", path: "/a", media: jsonType, body: `{"a":"` + mark + `","b":"` + mark + `"}`}.numbered()
	text := string(write(nil, 42))
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	if body != `{"a":"1000042","b":"1000042"}` || !strings.Contains(head, "Content-Length: 29") {
		t.Errorf("%q", text)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		row  row
		want string
	}{
		{atLeast(0.5, "a", []float64{0.1, 0.5, 0.9}), "met"},
		{atLeast(0.5, "a", []float64{0.1, 0.4, 0.9}), "MISSED"},
		{atMost(30, "a", " ms", []float64{20, 40}), "met"},
		{atMost(30, "a", " ms", []float64{31}), "MISSED"},
		{row{name: "a", values: []float64{1}}, ""},
	} {
		if got := test.row.verdict(); got != test.want {
			t.Errorf("%v: %q, want %q", test.row, got, test.want)
		}
	}
}
