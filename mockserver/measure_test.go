package mockserver_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// figures are what the server counts, by series as it is written.
func (s stage) figures() map[string]float64 {
	s.t.Helper()
	got := s.Send(http.MethodGet, "/metrics")
	if got.Status != http.StatusOK {
		s.t.Fatalf("HTTP %d %s", got.Status, got.Text)
	}
	all := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(got.Text)); lines.Scan(); {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		all[line[:at]] = value
	}
	return all
}

func TestFiguresRiseByWhatIsSent(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	before := s.figures()
	for range 3 {
		for _, v := range vendortest.All {
			v.Rotation.Send(s.API)
			v.Rotation.Send(s.With("Prefer", "code=503"))
			v.Asked(s.API, "wrong")
		}
	}
	s.Send(http.MethodGet, "/nobody")
	s.With("X-Keyturn-Namespace", "nowhere").Send(http.MethodGet, "/nobody")
	s.Send(http.MethodPut, "/api/v3/refresh-application-secret")
	_, _ = s.withFault(`{"effect":{"reset":true}}`).attempt(vendortest.IdentityService.Rotation)
	// What is cut off is counted after its caller has seen the end.
	const cut = `keyturn_requests_total{provider="identity-service",operation="addSecret",status="other"}`
	after := s.figures()
	for tries := 0; after[cut] == 0 && tries < 500; tries++ {
		time.Sleep(10 * time.Millisecond)
		after = s.figures()
	}
	want := map[string]float64{
		`keyturn_violations_total{provider="genauth-v3",kind="wrong-method"}`: 1,
		cut:                       1,
		`keyturn_journal_entries`: 3*3*4 + 3, `keyturn_namespaces`: 0,
	}
	for _, v := range vendortest.All {
		for status, count := range map[int]float64{200: 3, 503: 3} {
			want[fmt.Sprintf(`keyturn_requests_total{provider="%s",operation="%s",status="%d"}`, v.Name, v.Operation, status)] = count
		}
		faults := 3.0
		if v.Name == "identity-service" {
			faults++
		}
		want[`keyturn_faults_total{provider="`+v.Name+`"}`] = faults
	}
	for series, rise := range want {
		if got := after[series] - before[series]; got != rise {
			t.Errorf("%s rose by %v, want %v", series, got, rise)
		}
	}
	count := func(all map[string]float64) (sum float64) {
		for series, value := range all {
			if strings.HasPrefix(series, "keyturn_requests_total") && !strings.Contains(series, `"admin"`) {
				sum += value
			}
		}
		return sum
	}
	if rise := count(after) - count(before); rise != 3*3*4+4 {
		t.Errorf("%v requests are counted, want %d", rise, 3*3*4+4)
	}
	for series := range after {
		for _, word := range []string{`"a"`, vendortest.IdentityApp, vendortest.AuthingApp, "nowhere", "nobody"} {
			if strings.Contains(series, word) {
				t.Errorf("%s tells of %s", series, word)
			}
		}
	}
}

// withFault is the same namespace with a fault more.
func (s stage) withFault(fault string) stage {
	s.t.Helper()
	s.inject(fault)
	return s
}

// TestHostileRequestsAddNoSeries sends methods, paths, namespaces and preferences that
// nobody has.
func TestHostileRequestsAddNoSeries(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	hostile := func(i int) {
		odd := fmt.Sprintf("x%d", i)
		s.Send("M"+strings.ToUpper(odd), "/"+odd+"?"+odd)
		s.Send("M"+strings.ToUpper(odd), vendortest.IdentitySecrets)
		s.Send(http.MethodGet, "/api/v3/"+odd)
		s.Send(http.MethodGet, "/api/tenants/"+odd+"/applications/"+odd+"/secrets")
		s.Send(http.MethodGet, "/__admin/"+odd)
		s.With("X-Keyturn-Namespace", odd).Send(http.MethodGet, "/")
		s.With("Prefer", odd+"=1, code="+odd).Send(http.MethodGet, vendortest.IdentitySecrets)
		s.With("Prefer", fmt.Sprintf("code=%d", 400+i%3)).Send(http.MethodGet, vendortest.IdentitySecrets)
		s.With("traceparent", odd).With("Host", odd).Send(http.MethodPost, "/graphql/v2")
	}
	for i := range 4 {
		hostile(i)
	}
	before := len(s.figures())
	for i := range 40 {
		hostile(100 + i)
	}
	if after := len(s.figures()); after != before {
		t.Errorf("there are %d series, and were %d", after, before)
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		if got := s.Send(method, "/metrics"); got.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s: HTTP %d", method, got.Status)
		}
	}
}

// collector takes spans as OTLP over HTTP has them in JSON.
type collector struct {
	mu    sync.Mutex
	spans []map[string]string
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var data struct {
		ResourceSpans []struct {
			ScopeSpans []struct {
				Spans []struct {
					TraceID    string
					Name       string
					Attributes []struct {
						Key   string
						Value struct{ StringValue string }
					}
				}
			}
		}
	}
	text, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(text, &data) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range data.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				shown := map[string]string{"trace_id": span.TraceID, "name": span.Name}
				for _, a := range span.Attributes {
					shown[a.Key] = a.Value.StringValue
				}
				c.spans = append(c.spans, shown)
			}
		}
	}
}

func (c *collector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.spans)
}

// TestOneIdEverywhere finds a request by the id of its failure's header in the log, in the journal
// and among the spans, and by its trace where the caller began it.
func TestOneIdEverywhere(t *testing.T) {
	t.Parallel()
	taking := &collector{}
	loopback := httptest.NewServer(taking)
	t.Cleanup(loopback.Close)
	environment := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": loopback.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_BSP_SCHEDULE_DELAY": "10"}
	lookup := func(name string) (string, bool) { value, is := environment[name]; return value, is }
	tracing, err := telemetry.OpenTracing(t.Context(), lookup, slog.New(slog.DiscardHandler))
	if err != nil || tracing == nil {
		t.Fatalf("got %v, %v", tracing, err)
	}
	var log logged
	s := newStage(t, "a", withLog(&log), mocktest.WithOptions(func(o *mockserver.Options) { o.Tracing = tracing }))
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	var ids []string
	for _, v := range vendortest.All {
		got := v.Rotation.Send(s.With("traceparent", "00-"+trace+"-00f067aa0ba902b7-01"))
		if id := got.Header.Get("Keyturn-Request-Id"); id != "" {
			t.Errorf("%s: an answer that was well has the id %s", v.Name, id)
		}
		ids = append(ids, s.journal()[len(ids)].RequestID)
	}
	ids = append(ids, s.Send(http.MethodGet, "/nobody").Header.Get("Keyturn-Request-Id"))
	_, _ = s.withFault(`{"effect":{"reset":true}}`).attempt(vendortest.IdentityService.Rotation)
	entries := s.journal()
	ids = append(ids, entries[len(entries)-1].RequestID)
	// Who is cut off is told before the span ends.
	for deadline := time.Now().Add(5 * time.Second); taking.count() < len(ids) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if err := tracing.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(ids) || ids[0] == "" {
		t.Fatalf("the ids are %q", ids)
	}
	for i, id := range ids {
		if entries[i].RequestID != id {
			t.Errorf("request %d: the journal has %q, the header %q", i, entries[i].RequestID, id)
		}
		lines := 0
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, `"msg":"request"`) && strings.Contains(line, `"request_id":"`+id+`"`) {
				lines++
				if i < len(vendortest.All) && !strings.Contains(line, trace) {
					t.Errorf("the log has another trace: %s", line)
				}
			}
		}
		spans := 0
		for _, span := range taking.spans {
			if span["keyturn.request_id"] == id {
				spans++
				if i < len(vendortest.All) && (span["trace_id"] != trace || span["keyturn.operation"] != vendortest.All[i].Operation || span["keyturn.namespace"] != "a") {
					t.Errorf("got the span %v", span)
				}
			}
		}
		if lines != 1 || spans != 1 {
			t.Errorf("request %d has %d lines and %d spans", i, lines, spans)
		}
	}
	if shown := fmt.Sprint(taking.spans); strings.Contains(shown, vendortest.IdentityApp+"/secrets?") || strings.Contains(shown, vendortest.AuthingPoolSecret) {
		t.Errorf("the spans say too much: %s", shown)
	}
}
