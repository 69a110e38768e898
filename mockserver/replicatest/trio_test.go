package replicatest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
	"github.com/keyturn/keyturn/mockserver/store/postgres"
)

const (
	jsonMedia = "application/json"
	formMedia = "application/x-www-form-urlencoded"
	// count is how many replicas there are where a test does not say.
	count = 3
)

// server is the database of all tests, and common are the replicas of those that need none
// of their own: each uses a namespace.
var (
	server pgtest.Shared
	common trio
)

func TestMain(m *testing.M) {
	code := server.Main(m)
	os.Exit(code)
}

// replica is a stand-in and its address.
type replica struct {
	*mockserver.Server

	base string
	log  *complaints
	// end lets go of everything.
	end func()
	// vanish stops it from answering and leaves everything else as it is.
	vanish func()
}

// raise starts a replica over the database.
func raise(dsn string, change func(*mockserver.Options)) (*replica, error) {
	ctx := context.Background()
	log := &complaints{}
	backend, err := postgres.Open(ctx, dsn, postgres.Options{Logger: slog.New(log)})
	if err != nil {
		return nil, err
	}
	options := mockserver.Options{State: backend, Logger: slog.New(log)}
	if change != nil {
		change(&options)
	}
	standIn, err := mockserver.New(ctx, options)
	if err != nil {
		backend.Close()
		return nil, err
	}
	web := httptest.NewServer(standIn)
	vanish := sync.OnceFunc(func() {
		web.CloseClientConnections() // streams would be waited for
		web.Close()
	})
	return &replica{Server: standIn, base: web.URL, log: log, vanish: vanish, end: sync.OnceFunc(func() {
		vanish()
		standIn.Close(ctx)
		backend.Close()
	})}, nil
}

// raised is raise for a test, which fails when the replica has something to complain of.
func raised(t *testing.T, dsn string, change func(*mockserver.Options)) *replica {
	t.Helper()
	r, err := raise(dsn, change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.end()
		r.log.check(t)
	})
	return r
}

// cluster is replicas over a database of their own.
func cluster(t *testing.T, change func(*mockserver.Options)) []*replica {
	t.Helper()
	dsn := server.Get(t).Database(t)
	all := make([]*replica, count)
	for i := range all {
		all[i] = raised(t, dsn, change)
	}
	return all
}

// trio are replicas that go on until the last test has ended.
type trio struct {
	mu       sync.Mutex
	replicas []*replica
	users    int
}

// get starts them for the first who asks, and ends them after the last who has asked.
func (c *trio) get(t *testing.T) []*replica {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replicas == nil {
		dsn := server.Get(t).Database(t)
		for range count {
			r, err := raise(dsn, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.replicas = append(c.replicas, r)
		}
	}
	c.users++
	t.Cleanup(func() { c.leave(t) })
	return c.replicas
}

func (c *trio) leave(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.replicas {
		r.log.check(t)
	}
	if c.users--; c.users > 0 {
		return
	}
	for _, r := range c.replicas {
		r.end()
	}
	c.replicas = nil
}

// complaints are what replicas log above what is usual.
type complaints struct {
	mu   sync.Mutex
	said []string
}

// Enabled implements slog.Handler.
func (*complaints) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements slog.Handler.
func (c *complaints) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, text)
	return nil
}

// WithAttrs implements slog.Handler.
func (c *complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup implements slog.Handler.
func (c *complaints) WithGroup(string) slog.Handler { return c }

// check fails for what was said since the last time.
func (c *complaints) check(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, text := range c.said {
		t.Errorf("a replica says: %s", text)
	}
	c.said = nil
}

// stage is one namespace at all replicas.
type stage struct {
	*testing.T

	name     string
	replicas []*replica
	// at are the replicas as a caller with a token sees them.
	at []apitest.API
}

// newStage creates a namespace at the first of the common replicas.
func newStage(t *testing.T, members ...string) stage {
	t.Helper()
	return newStageOf(t, common.get(t), members...)
}

func newStageOf(t *testing.T, replicas []*replica, members ...string) stage {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	if len(name) > 60 {
		name = strings.Trim(name[len(name)-60:], "-")
	}
	s := see(t, replicas, name)
	s.create(0, members...)
	return s
}

// see is a namespace that there is.
func see(t *testing.T, replicas []*replica, name string) stage {
	t.Helper()
	s := stage{T: t, name: name, replicas: replicas}
	for _, r := range replicas {
		s.at = append(s.at, apitest.New(t, r.base).With("X-Keyturn-Namespace", name).Bearer("token"))
	}
	return s
}

// forVendors runs a test in a namespace of its own for each vendor.
func forVendors(t *testing.T, run func(s stage, v vendortest.Vendor)) {
	t.Helper()
	for _, v := range vendortest.All {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			run(newStage(t), v)
		})
	}
}

// create makes the namespace at one replica.
func (s stage) create(at int, members ...string) {
	s.Helper()
	s.outside(at, http.MethodPost, "/namespaces", `{`+strings.Join(append([]string{`"name":"` + s.name + `"`}, members...), ",")+`}`, http.StatusCreated)
}

// outside asks the admin plane of one replica in the default namespace.
func (s stage) outside(at int, method, path, body string, status int) apitest.Reply {
	s.Helper()
	return demand(s.T, apitest.New(s.T, s.replicas[at].base), method, path, body, status)
}

// admin asks the admin plane of one replica and demands the status.
func (s stage) admin(at int, method, path, body string, status int) apitest.Reply {
	s.Helper()
	return demand(s.T, s.at[at], method, path, body, status)
}

func demand(t *testing.T, api apitest.API, method, path, body string, status int) apitest.Reply {
	t.Helper()
	media := jsonMedia
	if body == "" {
		media = ""
	}
	got := api.Raw(method, "/__admin"+path, media, body)
	if got.Status != status {
		t.Fatalf("%s %s %s: HTTP %d %s, want %d", method, path, body, got.Status, got.Text, status)
	}
	return got
}

// everywhere has a GET of the admin plane answered by each replica.
func (s stage) everywhere(path string) []apitest.Reply {
	s.Helper()
	all := make([]apitest.Reply, len(s.at))
	for i := range s.at {
		all[i] = s.admin(i, http.MethodGet, path, "", http.StatusOK)
	}
	return all
}

// marks are a journal's share of the bytes, which goes by the namespaces that the replica
// knows.
var marks = regexp.MustCompile(`"bounds":\{"bytes":\d+`)

// alike demands that all replicas answer a GET of the admin plane with the same body, and
// returns it.
func (s stage) alike(path string) apitest.Reply {
	s.Helper()
	all := s.everywhere(path)
	for i, got := range all[1:] {
		if diff := cmp.Diff(marks.ReplaceAllString(all[0].Text, ""), marks.ReplaceAllString(got.Text, "")); diff != "" {
			s.Errorf("GET %s: replica %d differs from replica 0 (-0 +%d):\n%s", path, i+1, i+1, diff)
		}
	}
	return all[0]
}

func timeOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
