package telemetry

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what is told apart. What comes later is counted as other.
const (
	maxProviders  = 32
	maxRequests   = 4096 // of provider, operation and status
	maxViolations = 512  // of provider and kind
	longestWord   = 64   // bytes of the kind of a violation
)

// other is the label of what has no name, or would be one name too many.
const other = "other"

// statusOther stands for what is no HTTP status.
const statusOther = 0

// Request is one request that was answered.
type Request struct {
	// Provider and Operation are names from the documents, empty where no operation
	// answers.
	Provider, Operation string
	// Status is what was sent, and 0 where the connection was closed without an answer.
	Status int
	// Took is time of the system's clock: a namespace's may stand still.
	Took time.Duration
	// Violation is a kind, a colon and a text, of which the kind is counted. Empty for
	// none.
	Violation string
	// Fault is not empty when the request met a fault.
	Fault string
}

// Metrics counts requests. It is safe for concurrent use, and any number of them can
// live in a process: there is no registry.
type Metrics struct {
	families []*family
	proc     fs.FS

	requests, durations, violations, faults *family

	// Readers load the maps and never lock. Whoever meets something new holds adding and
	// replaces them, which ends soon because they are bounded.
	adding        sync.Mutex
	byRequest     atomic.Pointer[map[requestKey]counted]
	byViolation   atomic.Pointer[map[violationKey]*counter]
	byProvider    map[string]provider
	otherRequests counted
}

type requestKey struct {
	provider, operation string
	status              int
}

type violationKey struct{ provider, kind string }

// provider has what is counted by provider alone.
type provider struct {
	durations *histogram
	faults    *counter
}

type counted struct {
	provider

	requests *counter
}

// NewMetrics returns metrics in which nothing is counted yet.
func NewMetrics(gauges Gauges) *Metrics {
	m := &Metrics{
		requests:   newFamily("keyturn_requests_total", counterType, "Requests by what answered them and with which status."),
		durations:  newFamily("keyturn_request_duration_seconds", histogramType, "Time from the first look at a request to its answer, injected latency included."),
		violations: newFamily("keyturn_violations_total", counterType, "Requests refused and replies withheld, by kind."),
		faults:     newFamily("keyturn_faults_total", counterType, "Requests that met a fault."),
		byProvider: map[string]provider{},
		proc:       os.DirFS("/proc"),
	}
	m.families = append([]*family{m.requests, m.durations, m.violations, m.faults}, gauges.families()...)
	m.byRequest.Store(&map[requestKey]counted{})
	m.byViolation.Store(&map[violationKey]*counter{})
	m.otherRequests = counted{m.provider(other), m.requests.counter(label("provider", other, "operation", other, "status", other))}
	return m
}

// Observe counts a request.
func (m *Metrics) Observe(r Request) {
	if r.Status < 100 || r.Status > 599 {
		r.Status = statusOther
	}
	key := requestKey{r.Provider, r.Operation, r.Status}
	found, known := (*m.byRequest.Load())[key]
	if !known {
		found = m.addRequest(key)
	}
	found.requests.inc()
	found.durations.observe(max(0, r.Took))
	if r.Fault != "" {
		found.faults.inc()
	}
	if r.Violation != "" {
		m.violation(r.Provider, r.Violation).inc()
	}
}

func (m *Metrics) violation(provider, violation string) *counter {
	kind, _, _ := strings.Cut(violation, ":")
	if !isWord(kind) {
		kind = other
	}
	key := violationKey{provider, kind}
	if found, known := (*m.byViolation.Load())[key]; known {
		return found
	}
	return m.addViolation(key)
}

// isWord keeps texts out of labels: a kind is lower-case letters and hyphens.
func isWord(kind string) bool {
	if kind == "" || len(kind) > longestWord {
		return false
	}
	for i := range len(kind) {
		if c := kind[i]; c != '-' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func (m *Metrics) addRequest(key requestKey) counted {
	m.adding.Lock()
	defer m.adding.Unlock()
	known := *m.byRequest.Load()
	if found, again := known[key]; again {
		return found
	}
	if len(known) >= maxRequests {
		return m.otherRequests
	}
	added := counted{m.provider(key.provider), m.requests.counter(
		label("provider", m.nameOf(key.provider), "operation", named(key.operation), "status", statusText(key.status)),
	)}
	store(&m.byRequest, key, added)
	return added
}

func (m *Metrics) addViolation(key violationKey) *counter {
	m.adding.Lock()
	defer m.adding.Unlock()
	known := *m.byViolation.Load()
	if found, again := known[key]; again {
		return found
	}
	if len(known) >= maxViolations {
		return m.violations.counter(label("provider", other, "kind", other))
	}
	m.provider(key.provider)
	added := m.violations.counter(label("provider", m.nameOf(key.provider), "kind", key.kind))
	store(&m.byViolation, key, added)
	return added
}

// store replaces the map by one that has the value as well.
func store[K comparable, V any](to *atomic.Pointer[map[K]V], key K, value V) {
	next := maps.Clone(*to.Load())
	next[key] = value
	to.Store(&next)
}

// provider returns what is counted for a provider, or for the others when there are
// too many.
func (m *Metrics) provider(name string) provider {
	name = named(name)
	if found, known := m.byProvider[name]; known {
		return found
	}
	if len(m.byProvider) >= maxProviders {
		return m.byProvider[other]
	}
	added := provider{m.durations.histogram(label("provider", name)), m.faults.counter(label("provider", name))}
	m.byProvider[name] = added
	return added
}

// nameOf is the label of a provider that was looked up.
func (m *Metrics) nameOf(provider string) string {
	if _, known := m.byProvider[named(provider)]; known {
		return named(provider)
	}
	return other
}

func statusText(status int) string {
	if status == statusOther {
		return other
	}
	return strconv.Itoa(status)
}

func named(name string) string {
	if name == "" {
		return other
	}
	return name
}

// Write writes everything in the text format of Prometheus, version 0.0.4: media type
// "text/plain; version=0.0.4; charset=utf-8". What it costs grows with the number of
// series.
func (m *Metrics) Write(w io.Writer) {
	for _, f := range m.families {
		f.write(w)
	}
	writeRuntime(w)
	writeProcess(w, m.proc)
}
