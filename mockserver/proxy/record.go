package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/journal"
)

const (
	// hold is how long an exchange waits before it is written, so that a secret is hidden
	// in it that only the next ones call by its name.
	hold = time.Second
	// mostWaiting is how many bytes of bodies may wait. Above it the oldest do not.
	mostWaiting = 8 << 20
)

// Recorder writes exchanges as lines of JSON, redacted as the journal's session does. It
// is safe for concurrent use. Close it.
type Recorder struct {
	session *journal.Session
	logger  *slog.Logger

	mu      sync.Mutex
	to      io.Writer
	waiting []recorded
	bytes   int // of the bodies of those that wait
	later   *time.Timer
	closed  bool
	err     error
}

// recorded is an exchange that waits to be written.
type recorded struct {
	entry     journal.Entry
	exchange  Exchange
	namespace string
	since     time.Time
}

// NewRecorder writes to a file or the like, which stays the caller's to close. The logger
// hears of the first failure when it happens, which can be long before Close tells of it.
func NewRecorder(to io.Writer, logger *slog.Logger) *Recorder {
	r := &Recorder{session: journal.NewRedactor().NewSession(nil, nil), logger: logger, to: to}
	r.later = time.AfterFunc(hold, r.flush)
	r.later.Stop()
	return r
}

// Add takes an exchange of the namespace. What the entry points to must not change any
// more.
func (r *Recorder) Add(namespace string, entry journal.Entry, exchange Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.session.Redact([]journal.Entry{entry}, nil) // to learn from it, for those that wait
	r.waiting = append(r.waiting, recorded{entry: entry, exchange: exchange, namespace: namespace, since: time.Now()})
	r.bytes += r.waiting[len(r.waiting)-1].size()
	for r.bytes > mostWaiting {
		r.write(1)
	}
	if len(r.waiting) == 1 {
		r.later.Reset(hold)
	}
}

func (one *recorded) size() int { return len(one.entry.RequestBody) + len(one.entry.ReplyBody) }

// flush writes what has waited long enough.
func (r *Recorder) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := 0
	for due < len(r.waiting) && time.Since(r.waiting[due].since) >= hold {
		due++
	}
	r.write(due)
	if len(r.waiting) > 0 && !r.closed {
		r.later.Reset(hold - time.Since(r.waiting[0].since))
	}
}

// write writes the first of those that wait. After a failure nothing more is written: a
// file with a gap would be taken for the whole.
func (r *Recorder) write(count int) {
	due := r.waiting[:count]
	r.waiting = append([]recorded(nil), r.waiting[count:]...)
	for i := range due {
		r.bytes -= due[i].size()
		if r.err != nil {
			continue
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if r.err = encoder.Encode(r.line(&due[i])); r.err == nil {
			_, r.err = r.to.Write(text.Bytes())
		}
		if r.err != nil {
			r.logger.Error("an exchange cannot be recorded, and nothing after it will be", "request_id", due[i].entry.RequestID, "error", r.err)
		}
	}
}

// Close writes what still waits. Errors: the first that writing met.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("the recorder is closed already")
	}
	r.closed = true
	r.later.Stop()
	r.write(len(r.waiting))
	if r.err != nil {
		return fmt.Errorf("record: %w", r.err)
	}
	return nil
}

// line is one exchange with the names that GET /__admin/requests has for it.
type line struct {
	RequestID string        `json:"request_id,omitempty"`
	Namespace string        `json:"namespace"`
	At        string        `json:"at"`
	TookMS    float64       `json:"took_ms"`
	Provider  string        `json:"provider"`
	Operation string        `json:"operation"`
	Method    string        `json:"method"`
	URL       string        `json:"url"`
	Request   lineMessage   `json:"request"`
	Status    int           `json:"status"`
	Reply     lineMessage   `json:"reply"`
	Violation string        `json:"violation"`
	Fault     string        `json:"fault,omitempty"`
	Drift     []lineFinding `json:"drift"`
}

type lineMessage struct {
	Headers map[string][]string `json:"headers"`
	Body    any                 `json:"body"`
}

type lineFinding struct {
	Level     contract.Level `json:"level"`
	Direction Direction      `json:"direction"`
	In        string         `json:"in"`
	Member    string         `json:"member"`
	Rule      string         `json:"rule"`
}

func (r *Recorder) line(from *recorded) line {
	shown := r.session.Redact([]journal.Entry{from.entry}, nil)[0]
	drift := []lineFinding{}
	for _, side := range []struct {
		direction Direction
		findings  []contract.Finding
	}{{Request, from.exchange.Request}, {FromUpstream, from.exchange.Reply}} {
		for _, f := range side.findings {
			drift = append(drift, lineFinding{Level: f.Level, Direction: side.direction, In: f.In, Member: f.Member, Rule: f.Rule})
		}
	}
	const perMillisecond = 1000
	return line{
		RequestID: shown.RequestID, Namespace: from.namespace, At: shown.At.UTC().Format(time.RFC3339Nano),
		TookMS: float64(shown.Took.Microseconds()) / perMillisecond, Provider: shown.Provider, Operation: shown.Operation,
		Method: shown.Method, URL: shown.URL, Status: shown.Status, Violation: shown.Violation, Fault: shown.Fault,
		Request: lineMessage{Headers: shown.Request.Header, Body: shown.Request.Body},
		Reply:   lineMessage{Headers: shown.Reply.Header, Body: shown.Reply.Body}, Drift: drift,
	}
}
