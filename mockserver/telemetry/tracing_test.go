package telemetry

import (
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

func shown(attributes []*commonpb.KeyValue) map[string]any {
	all := map[string]any{}
	for _, one := range attributes {
		switch value := one.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			all[one.GetKey()] = value.StringValue
		case *commonpb.AnyValue_IntValue:
			all[one.GetKey()] = value.IntValue
		}
	}
	return all
}

const secret = "kt_5ecret"

var exchange = Exchange{
	Method: "POST", Path: "/api/v3/x", Host: "a.localhost:8080", Scheme: "http", Route: "/api/v3/{x}", Status: 503,
	Provider: "genauth-v3", Operation: "x", Namespace: "a", RequestID: "9f86d081-1",
	Violation: "invalid: field: " + secret, Fault: "f1: 503 " + secret,
}

func TestSpansArrive(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string]env{
		"protobuf":        {},
		"JSON":            {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
		"packed protobuf": {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"},
		"packed JSON":     {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			collector := newCollecting(t, nil)
			variables["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=" + secret
			variables["OTEL_RESOURCE_ATTRIBUTES"] = "host.name=h"
			var log logBuffer
			tracing := collector.start(t, &log, variables)
			began := time.Now()
			ctx, span := tracing.Start(t.Context(), http.Header{"Traceparent": {someParent}, "Tracestate": {"v=1"}}, "request")
			if got := TraceID(ctx); got != someTrace {
				t.Errorf("the trace is %s", got)
			}
			span.End(&exchange)
			span.End(&exchange)
			_, second := tracing.Start(t.Context(), http.Header{}, "request")
			second.End(&Exchange{Method: "GET", Status: 404})
			if err := tracing.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			spans := collector.spans()
			if len(spans) != 2 || tracing.Dropped() != 0 || log.String() != "" {
				t.Fatalf("got %d spans, %d dropped, the log %q, want 2, 0 and nothing", len(spans), tracing.Dropped(), log.String())
			}
			checkSpan(t, spans[0], began)
			checkRoot(t, spans[1])
			request := collector.requests[0]
			if request.URL.Path != "/v1/traces" || request.Method != http.MethodPost || request.Header.Get("Authorization") != secret {
				t.Errorf("got %s %s with %v", request.Method, request.URL, request.Header)
			}
			of := collector.data[0].GetResourceSpans()[0]
			want := map[string]any{"service.name": "keyturn", "telemetry.sdk.name": "keyturn", "telemetry.sdk.language": "go", "host.name": "h"}
			if diff := cmp.Diff(want, shown(of.GetResource().GetAttributes())); diff != "" {
				t.Error(diff)
			}
			if got := of.GetScopeSpans()[0].GetScope().GetName(); got != scopeName {
				t.Errorf("the scope is %q", got)
			}
			if strings.Contains(collector.data[0].String(), secret) {
				t.Errorf("a secret is in %s", collector.data[0])
			}
		})
	}
}

func checkSpan(t *testing.T, span *tracepb.Span, began time.Time) {
	t.Helper()
	want := map[string]any{
		"http.request.method": "POST", "http.route": "/api/v3/{x}", "http.response.status_code": int64(503), "error.type": "503",
		"url.path": "/api/v3/x", "url.scheme": "http", "server.address": "a.localhost", "server.port": int64(8080),
		"keyturn.provider": "genauth-v3", "keyturn.operation": "x", "keyturn.violation": "invalid", "keyturn.fault": "f1",
		"keyturn.namespace": "a", "keyturn.request_id": "9f86d081-1",
	}
	if diff := cmp.Diff(want, shown(span.GetAttributes())); diff != "" {
		t.Error(diff)
	}
	if hex.EncodeToString(span.GetTraceId()) != someTrace || hex.EncodeToString(span.GetParentSpanId()) != someSpan || span.GetTraceState() != "v=1" {
		t.Errorf("the parent is %x-%x, %q", span.GetTraceId(), span.GetParentSpanId(), span.GetTraceState())
	}
	if id := span.GetSpanId(); len(id) != 8 || hex.EncodeToString(id) == someSpan || string(id) == strings.Repeat("\x00", 8) {
		t.Errorf("the id is %x", id)
	}
	if span.GetName() != "POST /api/v3/{x}" || span.GetKind() != tracepb.Span_SPAN_KIND_SERVER || span.GetStatus().GetCode() != tracepb.Status_STATUS_CODE_ERROR || span.GetFlags() != 0x301 {
		t.Errorf("got %q, %s, %s, flags %x", span.GetName(), span.GetKind(), span.GetStatus(), span.GetFlags())
	}
	start, end := time.Unix(0, int64(span.GetStartTimeUnixNano())), time.Unix(0, int64(span.GetEndTimeUnixNano()))
	if start.Before(began.Add(-time.Second)) || end.Before(start) || end.After(time.Now().Add(time.Second)) {
		t.Errorf("from %s to %s", start, end)
	}
}

func checkRoot(t *testing.T, span *tracepb.Span) {
	t.Helper()
	if len(span.GetTraceId()) != 16 || hex.EncodeToString(span.GetTraceId()) == someTrace || len(span.GetParentSpanId()) != 0 || span.GetFlags() != 0x101 {
		t.Errorf("got %x below %x, flags %x, want a trace of its own", span.GetTraceId(), span.GetParentSpanId(), span.GetFlags())
	}
	if span.GetStatus().GetCode() != tracepb.Status_STATUS_CODE_UNSET || span.GetName() != "GET" {
		t.Errorf("got %q, %s", span.GetName(), span.GetStatus())
	}
}

func TestAttributesOfOddRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange Exchange
		want     map[string]any
	}{
		"nothing known":    {Exchange{Method: "GET"}, map[string]any{"http.request.method": "GET"}},
		"method of theirs": {Exchange{Method: "BREW"}, map[string]any{"http.request.method": "_OTHER", "http.request.method_original": "BREW"}},
		"host alone":       {Exchange{Method: "GET", Host: "example.test"}, map[string]any{"http.request.method": "GET", "server.address": "example.test"}},
		"address":          {Exchange{Method: "GET", Host: "[::1]:80"}, map[string]any{"http.request.method": "GET", "server.address": "::1", "server.port": int64(80)}},
		"address alone":    {Exchange{Method: "GET", Host: "[::1]"}, map[string]any{"http.request.method": "GET", "server.address": "::1"}},
		"odd port":         {Exchange{Method: "GET", Host: "a:b"}, map[string]any{"http.request.method": "GET", "server.address": "a"}},
		"long path": {
			Exchange{Method: "GET", Path: "/" + strings.Repeat("é", 1024)},
			map[string]any{"http.request.method": "GET", "url.path": "/" + strings.Repeat("é", 511) + "?"},
		},
	} {
		got := map[string]any{}
		for _, one := range test.exchange.attributes() {
			got[one.key] = one.text
			if one.isNumber {
				got[one.key] = one.number
			}
		}
		if want := map[bool]string{true: "HTTP", false: "GET"}[test.exchange.Method == "BREW"]; test.exchange.name() != want {
			t.Errorf("%s: the name is %q, want %s", name, test.exchange.name(), want)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSpansThatAreNotSampled(t *testing.T) {
	t.Parallel()
	collector := newCollecting(t, nil)
	tracing := collector.start(t, io.Discard, nil)
	notSampled := strings.TrimSuffix(someParent, "1") + "0"
	ctx, span := tracing.Start(t.Context(), http.Header{"Traceparent": {notSampled}}, "request")
	span.End(&exchange)
	sent := http.Header{}
	Inject(ctx, sent)
	if got := sent.Get("Traceparent"); TraceID(ctx) != someTrace || !strings.HasPrefix(got, notSampled[:36]) || !strings.HasSuffix(got, "-00") {
		t.Errorf("got %s of %s, want the caller's trace and decision", got, TraceID(ctx))
	}
	if err := tracing.Shutdown(t.Context()); err != nil || len(collector.spans()) != 0 {
		t.Errorf("got %v and %d spans", err, len(collector.spans()))
	}
}

func TestParentsCanBeIgnored(t *testing.T) {
	t.Parallel()
	tracing := newCollecting(t, nil).start(t, io.Discard, env{"OTEL_PROPAGATORS": "none"})
	if ctx, _ := tracing.Start(t.Context(), http.Header{"Traceparent": {someParent}}, "request"); TraceID(ctx) == someTrace {
		t.Error("the caller's trace goes on")
	}
}

func TestInject(t *testing.T) {
	t.Parallel()
	tracing := newCollecting(t, nil).start(t, io.Discard, nil)
	ctx, _ := tracing.Start(t.Context(), http.Header{"Traceparent": {someParent}, "Tracestate": {"a=b"}}, "request")
	header := http.Header{"Traceparent": {"old"}, "Tracestate": {"old"}}
	Inject(ctx, header)
	if got := header.Get("Traceparent"); !regexp.MustCompile("^00-"+someTrace+"-[0-9a-f]{16}-01$").MatchString(got) || strings.Contains(got, someSpan) || header.Get("Tracestate") != "a=b" {
		t.Errorf("got %v", header)
	}
}

func TestNoTracing(t *testing.T) {
	var tracing *Tracing
	ctx, span := tracing.Start(t.Context(), http.Header{"Traceparent": {someParent}}, "request")
	span.End(&exchange)
	header := http.Header{}
	Inject(ctx, header)
	if ctx != t.Context() || span != nil || TraceID(ctx) != "" || len(header) != 0 || tracing.Dropped() != 0 || tracing.Shutdown(ctx) != nil {
		t.Error("a tracing that is off does something")
	}
	if got := testing.AllocsPerRun(100, func() {
		_, span := tracing.Start(ctx, header, "request")
		span.End(&exchange)
	}); got != 0 {
		t.Errorf("got %v allocations", got)
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	var log logBuffer
	tracing := startTracing(t, &log, env{"OTEL_TRACES_EXPORTER": "console"})
	_, span := tracing.Start(t.Context(), http.Header{"Traceparent": {someParent}}, "request")
	span.End(&exchange)
	_, span = tracing.Start(t.Context(), http.Header{}, "something else")
	span.End(&Exchange{})
	if err := tracing.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`name="something else"`, "trace_id=" + someTrace, "parent_span_id=" + someSpan, "keyturn.provider=genauth-v3", "http.response.status_code=503"} {
		if got := log.String(); !strings.Contains(got, want) || strings.Contains(got, secret) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func BenchmarkSpan(b *testing.B) {
	off := (*Tracing)(nil)
	never := open(&settings{sampler: sampler{}, batch: batchLimits{delay: time.Hour, timeout: time.Second, queue: 1, size: 1}}, silent(), zeros{}, time.Now)
	always := open(&settings{sampler: sampler{always, true}, batch: batchLimits{delay: time.Hour, timeout: time.Second, queue: 2048, size: 512}}, silent(), zeros{}, time.Now)
	for name, tracing := range map[string]*Tracing{"off": off, "not sampled": never, "sampled": always} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			header := http.Header{}
			for b.Loop() {
				_, span := tracing.Start(b.Context(), header, "request")
				span.End(&exchange)
			}
		})
		if err := tracing.Shutdown(b.Context()); err != nil {
			b.Log(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(to []byte) (int, error) { return len(to), nil }
