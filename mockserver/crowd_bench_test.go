package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// BenchmarkCrowd prints what a request costs in a namespace among 10,000 with a full
// journal, to what it costs in one of two with an empty journal, and what creating and
// resetting a namespace takes.
func BenchmarkCrowd(b *testing.B) {
	const (
		crowd  = 10_000
		rounds = 60
		each   = 200
	)
	alone, among := crowded(b, 1, 0), crowded(b, crowd, 1500)
	ratios := make([]float64, 0, rounds)
	for b.Loop() {
		for range rounds {
			quiet, busy := spend(b, alone, each), spend(b, among, each)
			ratios = append(ratios, float64(busy)/float64(quiet))
		}
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "crowd/alone")
	began := time.Now()
	for i := range 1000 {
		if _, err := among.Namespaces().Create(b.Context(), namespace.Plan{Name: fmt.Sprintf("more%d", i)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "µs/create")
	space, err := among.Namespaces().Find(b.Context(), "n0")
	if err != nil {
		b.Fatal(err)
	}
	began = time.Now()
	for range 1000 {
		if err := space.Reset(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "µs/reset")
}

// crowded is a server with so many further namespaces, the first of which was asked so
// often, and each other ten times.
func crowded(b *testing.B, count, asked int) *mockserver.Server {
	b.Helper()
	server, err := mockserver.New(b.Context(), mockserver.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range count {
		name := fmt.Sprintf("n%d", i)
		if _, err := server.Namespaces().Create(b.Context(), namespace.Plan{Name: name}); err != nil {
			b.Fatal(err)
		}
		for range min(asked, 10) {
			listIn(b, server, name)
		}
	}
	for range asked {
		listIn(b, server, "n0")
	}
	return server
}

func spend(b *testing.B, server *mockserver.Server, requests int) time.Duration {
	b.Helper()
	began := time.Now()
	for range requests {
		listIn(b, server, "n0")
	}
	return time.Since(began)
}

func listIn(b *testing.B, server *mockserver.Server, name string) {
	b.Helper()
	request := httptest.NewRequest(http.MethodGet, "/ns/"+name+vendortest.IdentitySecrets, strings.NewReader(""))
	request.Header.Set("Authorization", "Bearer token")
	recorder := httptest.NewRecorder()
	if server.ServeHTTP(recorder, request); recorder.Code != http.StatusOK {
		b.Fatalf("HTTP %d %s", recorder.Code, recorder.Body)
	}
}
