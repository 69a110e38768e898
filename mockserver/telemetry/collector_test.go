package telemetry

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// collecting is a collector that decodes what it gets with the schema of OTLP.
type collecting struct {
	*httptest.Server

	t *testing.T
	// answer is asked for each request; nil takes everything.
	answer func(w http.ResponseWriter, r *http.Request, count int)

	mu       sync.Mutex
	requests []*http.Request
	data     []*tracepb.TracesData
}

func newCollecting(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, count int)) *collecting {
	t.Helper()
	c := &collecting{t: t, answer: answer}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collecting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var reader io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			c.t.Error(err)
			return
		}
		reader = unpacked
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		return // it gave up
	}
	data := &tracepb.TracesData{}
	switch r.Header.Get("Content-Type") {
	case "application/x-protobuf":
		err = proto.Unmarshal(body, data)
	case "application/json":
		err = protojson.Unmarshal(withBase64(c.t, body), data)
	default:
		c.t.Errorf("the media type is %q", r.Header.Get("Content-Type"))
	}
	if err != nil {
		c.t.Errorf("%v in %q", err, body)
	}
	if unknown := data.ProtoReflect().GetUnknown(); len(unknown) > 0 {
		c.t.Errorf("fields that OTLP does not have: %x", unknown)
	}
	c.mu.Lock()
	c.requests = append(c.requests, r)
	count := len(c.requests)
	c.mu.Unlock()
	if c.answer != nil {
		taken := &taking{ResponseWriter: w}
		c.answer(taken, r, count)
		if taken.status >= 300 {
			return
		}
	}
	c.mu.Lock()
	c.data = append(c.data, data)
	c.mu.Unlock()
}

type taking struct {
	http.ResponseWriter

	status int
}

func (t *taking) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// withBase64 turns the ids into what the JSON of protobuf has: OTLP differs there alone.
func withBase64(t *testing.T, body []byte) []byte {
	t.Helper()
	var document any
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, one := range value {
				walk(one)
			}
		case map[string]any:
			for key, one := range value {
				if key != "traceId" && key != "spanId" && key != "parentSpanId" {
					walk(one)
					continue
				}
				id, err := hex.DecodeString(one.(string))
				if err != nil {
					t.Error(err)
				}
				value[key] = base64.StdEncoding.EncodeToString(id)
			}
		}
	}
	walk(document)
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (c *collecting) spans() []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*tracepb.Span
	for _, data := range c.data {
		for _, of := range data.GetResourceSpans() {
			for _, in := range of.GetScopeSpans() {
				all = append(all, in.GetSpans()...)
			}
		}
	}
	return all
}

func (c *collecting) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.requests)
}

// start opens traces to the collector.
func (c *collecting) start(t *testing.T, log io.Writer, more env) *Tracing {
	t.Helper()
	return startTracing(t, log, more, env{"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL})
}

func startTracing(t *testing.T, log io.Writer, groups ...env) *Tracing {
	t.Helper()
	lookup := func(name string) (string, bool) {
		for _, group := range groups {
			if value, found := group[name]; found {
				return value, true
			}
		}
		return "", false
	}
	tracing, err := OpenTracing(t.Context(), lookup, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil || tracing == nil {
		t.Fatalf("got %v, %v", tracing, err)
	}
	t.Cleanup(func() { _ = tracing.Shutdown(t.Context()) })
	return tracing
}

// logBuffer is a log that several can write to.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("after 10 s still not: %s", what)
}
