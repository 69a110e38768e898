package proxy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

const (
	secret = "s3cr3t-v4lue-0f-n0body"
	hold   = time.Second
)

// entry is an exchange with this reply, as JSON.
func entry(id, reply string) journal.Entry {
	return journal.Entry{
		RequestID: id, At: start, Duration: 1500 * time.Microsecond, Provider: "p", Operation: "read", Method: http.MethodGet, Target: "/a?b=c",
		RequestHeader: http.Header{"Authorization": {"Bearer " + secret + "-t"}}, Status: 200,
		ReplyHeader: http.Header{"Content-Type": {"application/json"}}, ReplyBody: []byte(reply),
	}
}

// buffer is safe for concurrent use.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.SplitAfter(strings.TrimSuffix(b.text.String(), "\n"), "\n")
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var file buffer
		recorder := proxy.NewRecorder(&file, slog.New(slog.DiscardHandler))
		// The first has the secret where nothing says that it is one; the second names it.
		recorder.Add("default", entry("r1", `{"note":"`+secret+`"}`), proxy.Exchange{Operation: "read", Reply: []contract.Finding{info("/note")}})
		time.Sleep(hold / 2)
		recorder.Add("a", entry("r2", `{"client_secret":"`+secret+`"}`), proxy.Exchange{})
		if got := file.lines(); got[0] != "" {
			t.Errorf("written at once: %q", got)
		}
		time.Sleep(hold/2 + time.Millisecond)
		synctest.Wait()
		if got := file.lines(); len(got) != 1 || !strings.Contains(got[0], `"r1"`) {
			t.Errorf("after a while: %q", got)
		}
		time.Sleep(hold / 2)
		synctest.Wait()
		recorder.Add("default", entry("r3", `{"note":"<`+secret+`>"}`), proxy.Exchange{})
		if err := recorder.Close(); err != nil {
			t.Fatal(err)
		}
		recorder.Add("default", entry("r4", `{}`), proxy.Exchange{})
		got := file.lines()
		if len(got) != 3 || strings.Contains(strings.Join(got, ""), secret) {
			t.Fatalf("got %q, want 3 lines without the secret", got)
		}
		var first struct {
			RequestID string  `json:"request_id"`
			Namespace string  `json:"namespace"`
			At        string  `json:"at"`
			Took      float64 `json:"took_ms"`
			URL       string  `json:"url"`
			Status    int     `json:"status"`
			Drift     []struct{ Level, Direction, In, Member, Rule string }
		}
		if err := json.Unmarshal([]byte(got[0]), &first); err != nil {
			t.Fatal(err)
		}
		want := first
		want.RequestID, want.Namespace, want.At, want.Took, want.URL, want.Status = "r1", "default", "2026-01-02T03:04:05Z", 1.5, "/a?b=c", 200
		want.Drift = []struct{ Level, Direction, In, Member, Rule string }{{"info", "reply", "body", "/note", "undocumented member"}}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !strings.Contains(got[1], `"namespace":"a"`) || !strings.Contains(got[2], `"drift":[]`) {
			t.Errorf("got %q", got[1:])
		}
		if err := recorder.Close(); err == nil {
			t.Error("closed twice")
		}
	})
}

// TestRecorderDoesNotKeepMuch has more bodies than may wait.
func TestRecorderDoesNotKeepMuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var file buffer
		recorder := proxy.NewRecorder(&file, slog.New(slog.DiscardHandler))
		for range 3 {
			recorder.Add("default", entry("r", `{"a":"`+strings.Repeat("x", 5<<20)+`"}`), proxy.Exchange{})
		}
		if got := file.lines(); len(got) != 2 {
			t.Errorf("%d lines, want 2 as two are more than may wait", len(got))
		}
		if err := recorder.Close(); err != nil || len(file.lines()) != 3 {
			t.Errorf("%d lines, error %v", len(file.lines()), err)
		}
	})
}

type broken struct{ writes int }

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("the disk is full")
}

func TestRecorderStopsAtAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &broken{}
		var told buffer
		recorder := proxy.NewRecorder(file, slog.New(slog.NewTextHandler(&told, nil)))
		for range 3 {
			recorder.Add("default", entry("r", `{}`), proxy.Exchange{})
		}
		time.Sleep(hold + time.Millisecond)
		synctest.Wait()
		if got := told.lines(); len(got) != 1 || !strings.Contains(got[0], "level=ERROR") || !strings.Contains(got[0], "the disk is full") {
			t.Errorf("before the end the log is %q, want one failure", got)
		}
		recorder.Add("default", entry("r", `{}`), proxy.Exchange{})
		if err := recorder.Close(); err == nil || !strings.Contains(err.Error(), "record: the disk is full") || file.writes != 1 || len(told.lines()) != 1 {
			t.Errorf("got %v after %d writes, and the log is %q", err, file.writes, told.lines())
		}
	})
}
