package telemetry

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// env looks variables up.
type env map[string]string

func (e env) lookup(name string) (string, bool) {
	value, found := e[name]
	return value, found
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestTracesAreOff(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string]env{
		"nothing is set":          {},
		"what is set is empty":    {"OTEL_EXPORTER_OTLP_ENDPOINT": " ", "OTEL_TRACES_EXPORTER": ""},
		"settings alone":          {"OTEL_SERVICE_NAME": "x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
		"another signal's":        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://localhost"},
		"the exporter none":       {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost"},
		"the SDK is disabled":     {"OTEL_SDK_DISABLED": "True", "OTEL_TRACES_EXPORTER": "otlp"},
		"disabled, whatever else": {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "zipkin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := OpenTracing(t.Context(), variables.lookup, silent()); got != nil || err != nil {
				t.Errorf("got %v, %v, want nothing", got, err)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	defaults := func() *settings {
		return &settings{
			otlp: true, endpoint: "http://localhost:4318/v1/traces", headers: http.Header{}, timeout: 10 * time.Second,
			protocol: "http/protobuf", sampler: sampler{always, true}, parents: true,
			batch:    batchLimits{delay: 5 * time.Second, timeout: 30 * time.Second, queue: 2048, size: 512},
			resource: []attribute{text("service.name", "keyturn"), text("telemetry.sdk.name", "keyturn"), text("telemetry.sdk.language", "go")},
		}
	}
	for name, test := range map[string]struct {
		variables env
		change    func(*settings)
	}{
		"defaults": {env{}, func(*settings) {}},
		"endpoint of all": {
			env{"OTEL_TRACES_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://example.test/otlp/"},
			func(s *settings) { s.endpoint = "https://example.test/otlp/v1/traces" },
		},
		"endpoint of traces": {
			env{"OTEL_TRACES_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": "nonsense", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://example.test:1/x?k=v"},
			func(s *settings) { s.endpoint = "http://example.test:1/x?k=v" },
		},
		"two exporters": {env{"OTEL_TRACES_EXPORTER": "console, otlp"}, func(s *settings) { s.console = true }},
		"traces before all": {
			env{
				"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_TIMEOUT": "7",
				"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "250", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
			},
			func(s *settings) {
				s.protocol, s.timeout, s.compression = "http/json", 250*time.Millisecond, "gzip"
			},
		},
		"headers": {
			env{"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20a=b, x-team = one"},
			func(s *settings) { s.headers = http.Header{"Authorization": {"Bearer a=b"}, "X-Team": {"one"}} },
		},
		"resource": {
			env{"OTEL_RESOURCE_ATTRIBUTES": "service.name=a,deployment.environment.name=b%2Cc", "OTEL_SERVICE_NAME": "d"},
			func(s *settings) {
				s.resource[0].text = "d"
				s.resource = append(s.resource, text("deployment.environment.name", "b,c"))
			},
		},
		"sampler":           {env{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}, func(s *settings) { s.sampler = sampler{1 << 61, false} }},
		"ratio of all":      {env{"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}, func(*settings) {}},
		"sampler off":       {env{"OTEL_TRACES_SAMPLER": "always_off"}, func(s *settings) { s.sampler = sampler{} }},
		"sampler by parent": {env{"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, func(s *settings) { s.sampler = sampler{0, true} }},
		"batches": {
			env{"OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_BSP_EXPORT_TIMEOUT": "20", "OTEL_BSP_MAX_QUEUE_SIZE": "30", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "40"},
			func(s *settings) {
				s.batch = batchLimits{delay: 10 * time.Millisecond, timeout: 20 * time.Millisecond, queue: 30, size: 30}
			},
		},
		"other propagators": {env{"OTEL_PROPAGATORS": "b3,baggage"}, func(s *settings) { s.parents = false }},
		"propagators":       {env{"OTEL_PROPAGATORS": "tracecontext,baggage"}, func(*settings) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := env{"OTEL_TRACES_EXPORTER": "otlp"}
			maps.Copy(variables, test.variables)
			want := defaults()
			test.change(want)
			got, err := readSettings(variables.lookup, silent())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{}, sampler{}, batchLimits{}, attribute{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongSettings(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	for _, test := range []struct{ variable, value, want string }{
		{"OTEL_TRACES_EXPORTER", "zipkin", "want otlp, console or none"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTLP over gRPC is not spoken, want http/protobuf or http/json"},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http", "want http/protobuf or http/json"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318/" + secret, "want one such as http://localhost:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:" + secret + "@[", "want one such as http://localhost:4318"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces", "want one such as http://localhost:4318"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "want gzip or none"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "want 1 or more"},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "0", "want 1 or more"},
		{"OTEL_EXPORTER_OTLP_HEADERS", secret, "entry 1 is not of the form key=value"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=b,c=" + secret + "%", "entry 2 is not of the form key=value"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b,c d=" + secret, "entry 2 is not a header"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=" + secret + "%0A", "entry 1 is not a header"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=b,=c", "entry 2 is not of the form key=value"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=%FF", "entry 1 is not of the form key=value"},
		{"OTEL_TRACES_SAMPLER", "parentbased", "want always_on, always_off, traceidratio"},
		{"OTEL_TRACES_SAMPLER_ARG", "1.5", "want a number from 0 to 1"},
		{"OTEL_TRACES_SAMPLER_ARG", "NaN", "want a number from 0 to 1"},
		{"OTEL_BSP_SCHEDULE_DELAY", "-1", "want 1 or more"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "9999999999999999", "want 1 or more"},
	} {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Parallel()
			variables := env{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER": "traceidratio"}
			variables[test.variable] = test.value
			got, err := OpenTracing(t.Context(), variables.lookup, silent())
			if err == nil || got != nil {
				t.Fatal("no error")
			}
			if !strings.HasPrefix(err.Error(), test.variable+": ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret) {
				t.Errorf("got %q, want %s: … %s, and no value that can be a credential", err, test.variable, test.want)
			}
		})
	}
}

func TestVariablesWithoutEffectAreNamed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	variables := env{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_CERTIFICATE": "a", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY": "b"}
	if _, err := readSettings(variables.lookup, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY"} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("the log is\n%swant %s once", log.String(), want)
		}
	}
}
