package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// stage is a namespace of a running stand-in, new for each test.
type stage struct {
	apitest.API

	t    *testing.T
	name string
	*mocktest.Server
}

// newStage starts a stand-in with a namespace of this name.
func newStage(t *testing.T, name string, options ...mocktest.Option) stage {
	t.Helper()
	server := mocktest.Start(t, options...)
	return stage{t: t, Server: server}.in(t, name)
}

// in creates another namespace of the same stand-in.
func (s stage) in(t *testing.T, name string, members ...string) stage {
	t.Helper()
	if name != "default" {
		body := `{` + strings.Join(append([]string{`"name":"` + name + `"`}, members...), ",") + `}`
		if got := apitest.New(t, s.BaseURL()).Raw(http.MethodPost, "/__admin/namespaces", jsonMedia, body); got.Status != http.StatusCreated {
			t.Fatalf("create %s: HTTP %d %s", name, got.Status, got.Text)
		}
	}
	return s.see(t, name)
}

// see is a namespace that there is.
func (s stage) see(t *testing.T, name string) stage {
	t.Helper()
	s.t, s.name = t, name
	s.API = apitest.New(t, s.BaseURL()).With("X-Keyturn-Namespace", name).Bearer("token")
	return s
}

// put sends a body to the admin plane and demands the status.
func (s stage) put(method, path, body string, status int) apitest.Reply {
	s.t.Helper()
	got := s.admin(method, path, body)
	if got.Status != status {
		s.t.Fatalf("%s %s %s: HTTP %d %s, want %d", method, path, body, got.Status, got.Text, status)
	}
	return got
}

// admin sends a body, or none, to the admin plane.
func (s stage) admin(method, path, body string) apitest.Reply {
	s.t.Helper()
	media := jsonMedia
	if body == "" {
		media = ""
	}
	return s.Raw(method, "/__admin"+path, media, body)
}

// inject adds a fault.
func (s stage) inject(fault string) {
	s.t.Helper()
	s.put(http.MethodPost, "/faults", fault, http.StatusCreated)
}

// clock moves the clock.
func (s stage) clock(change string) apitest.Reply {
	s.t.Helper()
	return s.put(http.MethodPut, "/clock", change, http.StatusOK)
}

// now is what the namespace's clock shows.
func (s stage) now() time.Time {
	s.t.Helper()
	return timeOf(s.t, s.put(http.MethodGet, "/clock", "", http.StatusOK).TextAt("now"))
}

func timeOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// forVendors runs a test in a namespace of its own for each vendor.
func forVendors(t *testing.T, run func(t *testing.T, v vendortest.Vendor, s stage)) {
	t.Helper()
	outside := stage{t: t, Server: mocktest.Start(t)}
	for _, v := range vendortest.All {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			run(t, v, outside.in(t, v.Name))
		})
	}
}

// entry is what the tests read of a journalled request.
type entry struct {
	ID        uint64
	RequestID string `json:"request_id"`
	At        time.Time
	TookMS    float64 `json:"took_ms"`
	Operation string
	Method    string
	URL       string
	Status    int
	Fault     string
}

// journal lists what the namespace was asked.
func (s stage) journal() []entry {
	s.t.Helper()
	var listed struct{ Entries []entry }
	got := s.put(http.MethodGet, "/requests?limit=1000", "", http.StatusOK)
	if err := json.Unmarshal([]byte(got.Text), &listed); err != nil {
		s.t.Fatal(err)
	}
	return listed.Entries
}

// wantField demands a refusal that names the field.
func wantField(t *testing.T, got apitest.Reply, status int, field string) {
	t.Helper()
	if got.Status != status || !strings.Contains(got.TextAt("field")+" "+got.TextAt("detail"), field) {
		t.Errorf("HTTP %d %s, want %d and %s named", got.Status, got.Text, status, field)
	}
}
