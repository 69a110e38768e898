package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// collector takes spans as OTLP sends them in JSON.
type collector struct {
	*httptest.Server

	mu    sync.Mutex
	paths []string
	spans []span
}

type span struct {
	Name       string
	Attributes []struct {
		Value struct{ StringValue string }
	}
}

// seen is what it was asked for, and what it got.
func (c *collector) seen() (paths []string, spans []span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paths, c.spans
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.paths = append(c.paths, r.URL.Path)
		var data struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []span }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&data); err != nil {
			t.Error(err)
			return
		}
		for _, of := range data.ResourceSpans {
			for _, in := range of.ScopeSpans {
				c.spans = append(c.spans, in.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000") // so that only the end sends any
	return c
}

// TestServeTraces finds the span of a request whose answer was the last before the end.
func TestServeTraces(t *testing.T) {
	c := startCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	p := startServe(t, "--drain-timeout", "15s")
	finish := p.upload(t)
	p.terminate(t)
	p.stderr.await(t, "draining")
	response, err := finish()
	if err != nil {
		t.Fatal(err)
	}
	if code := p.exit(t); code != exitOK || strings.Contains(p.stderr.String(), "level=WARN") {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
	paths, spans := c.seen()
	if len(paths) != 1 || paths[0] != "/v1/traces" || len(spans) != 1 || spans[0].Name != "PUT /__admin/world" {
		t.Fatalf("the collector was asked for %v and has %+v", paths, spans)
	}
	known := map[string]bool{}
	for _, a := range spans[0].Attributes {
		known[a.Value.StringValue] = true
	}
	named := slices.ContainsFunc(slices.Collect(maps.Keys(known)), regexp.MustCompile(`^[0-9a-f]{8}-1$`).MatchString)
	if response.StatusCode != http.StatusNoContent || !named {
		t.Errorf("HTTP %d, and no id of the first request in %+v", response.StatusCode, spans[0])
	}
}

// TestServeTracesNothingUnasked has a collector and nobody who asks for it.
func TestServeTracesNothingUnasked(t *testing.T) {
	for name, variables := range map[string]map[string]string{
		"no endpoint":   {"OTEL_SERVICE_NAME": "mine"},
		"other signals": {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "collector"},
		"no exporter":   {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_TRACES_EXPORTER": "none"},
		"switched off":  {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_SDK_DISABLED": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCollector(t)
			for variable, value := range variables {
				t.Setenv(variable, strings.Replace(value, "collector", c.URL, 1))
			}
			p := startServe(t)
			p.wantAdmin(t, "", http.StatusOK)
			p.terminate(t)
			code := p.exit(t)
			if paths, _ := c.seen(); code != exitOK || len(paths) > 0 || strings.Contains(p.stderr.String(), "level=WARN") {
				t.Errorf("got exit %d and %v: %s", code, paths, p.stderr)
			}
		})
	}
}

// TestACollectorDoesNotHoldUpTheEnd has one that is never done.
func TestACollectorDoesNotHoldUpTheEnd(t *testing.T) {
	c := startCollector(t)
	release := make(chan struct{})
	c.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL)
	p := startServe(t)
	p.wantAdmin(t, "", http.StatusOK)
	began := time.Now()
	p.terminate(t)
	if code, took := p.exit(t), time.Since(began); code != exitOK || took > 3*lastSpans || !strings.Contains(p.stderr.String(), "6 spans were dropped at the end") {
		t.Errorf("got exit %d after %s: %s", code, took, p.stderr)
	}
}

func TestMistakesAboutTracing(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318",
		"OTEL_TRACES_SAMPLER": "sometimes", "OTEL_BSP_SCHEDULE_DELAY": "soon",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv(name, value)
			code, stdout, stderr := call(t, "serve", "--addr", "127.0.0.1:0", "--ready-file", filepath.Join(t.TempDir(), "no", "ready.json"))
			if code != exitUsage || stdout != "" || !strings.Contains(stderr, name) {
				t.Errorf("got exit %d, %q and %q, want 2 and %s", code, stdout, stderr, name)
			}
		})
	}
}
