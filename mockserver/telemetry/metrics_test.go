package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, m *Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	var page bytes.Buffer
	m.Write(&page)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(&page)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// valuesOf are the values by labels; of a histogram the count.
func valuesOf(f *dto.MetricFamily) map[string]float64 {
	all := map[string]float64{}
	for _, one := range f.GetMetric() {
		var labels []string
		for _, label := range one.GetLabel() {
			labels = append(labels, label.GetName()+"="+label.GetValue())
		}
		all[strings.Join(labels, " ")] = one.GetCounter().GetValue() + one.GetGauge().GetValue() + float64(one.GetHistogram().GetSampleCount())
	}
	return all
}

func gaugesOf(n int) Gauges {
	number := func() int { return n }
	count := func() uint64 { return uint64(n) }
	return Gauges{
		Build: Build{Version: "v1.2.3", Revision: "abc"}, Namespaces: number, JournalEntries: number, JournalBytes: number,
		JournalEvicted: count, SpansDropped: count,
	}
}

func TestMetricsAreWhatPrometheusReads(t *testing.T) {
	t.Parallel()
	m := NewMetrics(gaugesOf(7))
	m.Observe(Request{Provider: "angusgm", Operation: "list", Status: 200, Took: 100 * time.Microsecond})
	m.Observe(Request{Provider: "angusgm", Operation: "list", Status: 200, Took: 3 * time.Second, Fault: "f1: 3s"})
	m.Observe(Request{Provider: "angusgm", Operation: "list", Took: -time.Second, Fault: "f2: reset"})
	m.Observe(Request{Status: 404, Violation: "no-route: nothing answers at /x", Took: time.Minute})
	families := scrape(t, m)
	got := map[string]map[string]float64{}
	for name, f := range families {
		if strings.HasPrefix(name, "keyturn_") {
			got[name] = valuesOf(f)
		}
	}
	want := map[string]map[string]float64{
		"keyturn_requests_total": {
			"provider=angusgm operation=list status=200":   2,
			"provider=angusgm operation=list status=other": 1,
			"provider=other operation=other status=404":    1,
			"provider=other operation=other status=other":  0,
		},
		"keyturn_request_duration_seconds": {"provider=angusgm": 3, "provider=other": 1},
		"keyturn_violations_total":         {"provider=other kind=no-route": 1},
		"keyturn_faults_total":             {"provider=angusgm": 2, "provider=other": 0},
		"keyturn_namespaces":               {"": 7},
		"keyturn_journal_entries":          {"": 7},
		"keyturn_journal_bytes":            {"": 7},
		"keyturn_journal_evicted_total":    {"": 7},
		"keyturn_spans_dropped_total":      {"": 7},
		"keyturn_build_info":               {"version=v1.2.3 revision=abc go_version=" + runtime.Version(): 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, one := range families["keyturn_request_duration_seconds"].GetMetric() {
		h := one.GetHistogram()
		if len(h.GetBucket()) != len(buckets)+1 {
			t.Errorf("got %d buckets, want %d and the infinite one", len(h.GetBucket()), len(buckets))
		}
		if one.GetLabel()[0].GetValue() == "angusgm" {
			if second := h.GetBucket()[1]; second.GetUpperBound() != 100e-6 || second.GetCumulativeCount() != 2 || h.GetSampleSum() != 3.0001 {
				t.Errorf("got %v and the sum %v, want 2 of up to 100 µs and 3.0001 s", second, h.GetSampleSum())
			}
		}
	}
}

func TestMetricsFollowTheConventions(t *testing.T) {
	t.Parallel()
	m := NewMetrics(gaugesOf(1))
	m.Observe(Request{Provider: "a", Operation: "b", Status: 200, Violation: "c"})
	families := scrape(t, m)
	for name, f := range families {
		counts := strings.HasSuffix(name, "_total")
		switch {
		case f.GetHelp() == "" || !strings.HasSuffix(f.GetHelp(), "."):
			t.Errorf("%s: the help is %q, want a sentence", name, f.GetHelp())
		case f.GetType() == dto.MetricType_UNTYPED:
			t.Errorf("%s has no type", name)
		case counts != (f.GetType() == dto.MetricType_COUNTER):
			t.Errorf("%s is a %s", name, f.GetType())
		}
		for _, one := range f.GetMetric() {
			for _, label := range one.GetLabel() {
				if label.GetName() == "namespace" {
					t.Errorf("%s has a label for namespaces, of which there is no bound", name)
				}
			}
		}
	}
	for _, of := range runtimeMetrics {
		if families[of.name] == nil {
			t.Errorf("%s is missing", of.name)
		}
	}
}

func TestGaugesCanBeMissing(t *testing.T) {
	t.Parallel()
	for name := range scrape(t, NewMetrics(Gauges{})) {
		if strings.HasPrefix(name, "keyturn_journal") || name == "keyturn_namespaces" || name == "keyturn_spans_dropped_total" {
			t.Errorf("%s is there", name)
		}
	}
}

func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	m := NewMetrics(Gauges{})
	const each = 10_000
	for i := range each {
		m.Observe(Request{Provider: "a", Operation: "b", Status: i - 5000, Violation: fmt.Sprintf("kind %d: text", i)})
		m.Observe(Request{Provider: fmt.Sprint("provider", i), Operation: "b", Status: 200, Fault: fmt.Sprint(i), Violation: strings.Repeat("x", i%100) + ":"})
		word := strings.Map(func(digit rune) rune { return digit - '0' + 'a' }, fmt.Sprint(i))
		m.Observe(Request{Provider: "b", Operation: "b", Status: 200, Violation: word + ": text"})
		m.Observe(Request{Provider: "a", Operation: "\"\\\n\xff{}," + fmt.Sprint(i), Status: 200, Violation: strings.Repeat("x", i/200+1) + "\n:"})
	}
	families := scrape(t, m)
	total := 0.0
	for name, limit := range map[string]int{
		"keyturn_requests_total": maxRequests + 1, "keyturn_request_duration_seconds": maxProviders,
		"keyturn_violations_total": maxViolations + 1, "keyturn_faults_total": maxProviders,
	} {
		if got := len(families[name].GetMetric()); got == 0 || got > limit {
			t.Errorf("%s has %d series, want 1 to %d", name, got, limit)
		}
	}
	if requests, violations := len(*m.byRequest.Load()), len(*m.byViolation.Load()); requests != maxRequests || violations != maxViolations {
		t.Errorf("remembers %d and %d, want %d and %d", requests, violations, maxRequests, maxViolations)
	}
	for _, value := range valuesOf(families["keyturn_requests_total"]) {
		total += value
	}
	if total != 4*each {
		t.Errorf("got %v requests, want %d: what is beyond the bound still counts", total, 4*each)
	}
	for labels := range valuesOf(families["keyturn_violations_total"]) {
		if strings.ContainsAny(labels, "0123456789\n") && !strings.HasPrefix(labels, "provider=provider") {
			t.Errorf("a text is a label: %q", labels)
		}
	}
}

func TestMetricsDoNotMeet(t *testing.T) {
	t.Parallel()
	one, another := NewMetrics(gaugesOf(1)), NewMetrics(gaugesOf(2))
	one.Observe(Request{Provider: "a", Operation: "b", Status: 200})
	if got := valuesOf(scrape(t, one)["keyturn_requests_total"])["provider=a operation=b status=200"]; got != 1 {
		t.Errorf("got %v, want 1", got)
	}
	if got := len(scrape(t, another)["keyturn_requests_total"].GetMetric()); got != 1 {
		t.Errorf("got %d series, want that of the others alone", got)
	}
}

func TestMetricsTogether(t *testing.T) {
	t.Parallel()
	m := NewMetrics(gaugesOf(1))
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 1000 {
				m.Observe(Request{Provider: fmt.Sprint(i % 4), Operation: fmt.Sprint(i % 7), Status: 200 + i%3, Violation: "invalid: x"})
				if worker == 0 && i%100 == 0 {
					m.Write(io.Discard)
				}
			}
		})
	}
	all.Wait()
	families := scrape(t, m)
	for _, name := range []string{"keyturn_requests_total", "keyturn_request_duration_seconds", "keyturn_violations_total"} {
		total := 0.0
		for _, value := range valuesOf(families[name]) {
			total += value
		}
		if total != 8000 {
			t.Errorf("%s: got %v, want 8000", name, total)
		}
	}
}

var usual = Request{Provider: "authing-v2", Operation: "refreshApplicationSecret", Status: 401, Took: time.Millisecond, Violation: "unauthenticated: no token", Fault: "f1"}

func TestObserveDoesNotAllocate(t *testing.T) {
	m := NewMetrics(Gauges{})
	if got := testing.AllocsPerRun(100, func() { m.Observe(usual) }); got != 0 {
		t.Errorf("got %v allocations", got)
	}
}

func BenchmarkObserve(b *testing.B) {
	m := NewMetrics(Gauges{})
	plain := usual
	plain.Violation, plain.Fault = "", ""
	for name, request := range map[string]Request{"plain": plain, "violation": usual} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Observe(request)
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					m.Observe(request)
				}
			})
		})
	}
}
