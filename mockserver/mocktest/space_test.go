package mocktest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/mockserver/store/memory"
)

const secretsPath = "/api/tenants/acme/applications/my-new-app/secrets"

// reachable is what a server and a namespace of it have in common.
type reachable interface {
	BaseURL() string
	ProviderURL(provider string) string
	HTTPClient() *http.Client
	Admin() *client.Client
	Expect(tb testing.TB, expected client.Expectation)
}

var _, _ reachable = (*mocktest.Server)(nil), (*mocktest.Space)(nil)

// added makes a secret and returns its value.
func added(t *testing.T, at reachable) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.ProviderURL("identity-service")+secretsPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	response, err := at.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ ClientSecret string }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.ClientSecret == "" {
		t.Fatalf("got %+v, %v, want a secret", made, err)
	}
	return made.ClientSecret
}

// takes tells whether the secret authenticates, without having a token made.
func takes(t *testing.T, at reachable, secret string) bool {
	t.Helper()
	form := url.Values{"token": {"any"}, "client_id": {"my-new-app"}, "client_secret": {secret}}
	response, err := at.HTTPClient().PostForm(at.ProviderURL("identity-service")+"/connect/revoke", form)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// servers are the ways to start one.
var servers = map[string][]mocktest.Option{
	"port":             nil,
	"token":            {mocktest.WithAdminToken("only-for-tests")},
	"TLS":              {mocktest.WithTLS()},
	"memory":           {mocktest.WithoutListener()},
	"all of it":        {mocktest.WithoutListener(), mocktest.WithTLS(), mocktest.WithAdminToken("only-for-tests")},
	"with its own URL": {mocktest.WithPublicURL("https://id.example/base")},
}

// TestSpace looks from the outside for traces of what was done inside.
func TestSpace(t *testing.T) {
	t.Parallel()
	for name, options := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn := mocktest.Start(t, options...)
			room, other := standIn.Namespace(t), standIn.Namespace(t)
			if !strings.HasPrefix(room.BaseURL(), standIn.BaseURL()+"/ns/testspace-") || !strings.HasSuffix(room.BaseURL(), "/ns/"+room.Name()) || room.Name() == other.Name() {
				t.Errorf("got %s and %s", room.BaseURL(), other.BaseURL())
			}
			secret := added(t, room)
			for what, at := range map[string]reachable{"itself": room, "another": other, "the default one": standIn} {
				if got := takes(t, at, secret); got != (at == room) {
					t.Errorf("%s takes the secret: %t", what, got)
				}
			}
			_, body := get(t, room.HTTPClient(), room.BaseURL()+discovery, "")
			if !strings.Contains(body, "/ns/"+room.Name()+"/connect/token") {
				t.Errorf("got %s, want addresses in the namespace", body)
			}
			if _, err := room.Admin().AdvanceClock(t.Context(), time.Hour); err != nil {
				t.Error(err)
			}
			if err := room.Admin().SetDefects(t.Context(), "old-secret-returns"); err != nil {
				t.Error(err)
			}
			for _, at := range []reachable{other, standIn} {
				if clock, err := at.Admin().Clock(t.Context()); err != nil || clock.Offset != 0 {
					t.Errorf("%s: the clock shows %+v, %v", at.BaseURL(), clock, err)
				}
				if defects, err := at.Admin().Defects(t.Context()); err != nil || len(defects.On()) != 0 {
					t.Errorf("%s: the defects are %v, %v", at.BaseURL(), defects.On(), err)
				}
				at.Expect(t, client.Never(client.RequestMatch{Operation: "addSecret"}))
			}
			room.Expect(t, client.InOrder(client.RequestMatch{Operation: "addSecret", Status: 200}, client.RequestMatch{Operation: "revokeToken", Status: 200}))
		})
	}
}

// TestTwoHundredTestsShareAStandIn has all of them inside their namespaces at once.
func TestTwoHundredTestsShareAStandIn(t *testing.T) {
	t.Parallel()
	const count = 200
	for name, options := range map[string][]mocktest.Option{
		"port": nil, "memory, TLS and a token": {mocktest.WithoutListener(), mocktest.WithTLS(), mocktest.WithAdminToken("only-for-tests")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn := mocktest.Start(t, options...)
			secrets := make([]string, count)
			var inside, group sync.WaitGroup
			inside.Add(count)
			for i := range count {
				// Parallel would let only as many in as there are processors.
				group.Go(func() { t.Run(fmt.Sprint("test/", i), func(t *testing.T) { share(t, standIn, &inside, secrets, i) }) })
			}
			group.Wait()
			if there, err := standIn.Admin().Namespaces(t.Context()); err != nil || len(there) != 1 {
				t.Errorf("%d namespaces are left, %v, want the default one", len(there), err)
			}
			standIn.Expect(t, client.Never(client.RequestMatch{}))
		})
	}
}

// share is one of many tests: its number says how many secrets it makes.
func share(t *testing.T, standIn *mocktest.Server, inside *sync.WaitGroup, secrets []string, i int) {
	arrived := sync.OnceFunc(inside.Done)
	defer arrived()
	room := standIn.Namespace(t)
	own := i%3 + 1
	for range own {
		secrets[i] = added(t, room)
	}
	if _, err := room.Admin().AdvanceClock(t.Context(), time.Duration(i)*time.Hour); err != nil {
		t.Fatal(err)
	}
	arrived()
	inside.Wait()
	neighbour := (i + 1) % len(secrets)
	if !takes(t, room, secrets[i]) || takes(t, room, secrets[neighbour]) {
		t.Errorf("it does not take its own secret, or takes the one of test %d", neighbour)
	}
	if clock, err := room.Admin().Clock(t.Context()); err != nil || clock.Offset != time.Duration(i)*time.Hour {
		t.Errorf("the clock is %s ahead, %v, want %dh", clock.Offset, err, i)
	}
	room.Expect(t, client.Exactly(own, client.RequestMatch{Operation: "addSecret"}))
	room.Expect(t, client.Exactly(own+2, client.RequestMatch{}))
}

func TestSpaceOptions(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	seed := mocktest.WithSeed(7)
	first := standIn.Namespace(t, seed)
	value := added(t, first)
	if again := added(t, standIn.Namespace(t, seed)); again != value {
		t.Errorf("got %q and %q by the same seed", value, again)
	}
	if !takes(t, standIn.Namespace(t, mocktest.WithCopyOf(first.Name(), "")), value) {
		t.Error("the copy does not take the secret")
	}
	if _, err := first.Admin().SaveSnapshot(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	later := added(t, first)
	past := standIn.Namespace(t, mocktest.WithCopyOf(first.Name(), "one"))
	if !takes(t, past, value) || takes(t, past, later) {
		t.Error("the copy of the snapshot is not what was then")
	}
	if judge := judged(t, func(tb testing.TB) { standIn.Namespace(tb, mocktest.WithCopyOf("nothing", "")) }); !strings.HasPrefix(judge.message, "make the namespace ") {
		t.Errorf("got %q, want why there is none", judge.message)
	}
}

// TestExpect reads what a test would fail with.
func TestExpect(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	for name, at := range map[string]reachable{"default": standIn, "namespace": standIn.Namespace(t)} {
		added(t, at)
		judge := judged(t, func(tb testing.TB) {
			at.Expect(tb, client.Exactly(1, client.RequestMatch{Operation: "addSecret", Status: 200}))
			at.Expect(tb, client.Never(client.RequestMatch{Operation: "addSecret"}))
		})
		want := "not as expected: never a request with operation addSecret: "
		if !strings.HasPrefix(judge.message, want) || !strings.Contains(judge.message, "POST "+secretsPath+": status 200") {
			t.Errorf("%s: got %q, want %q and the request", name, judge.message, want)
		}
	}
}

// TestExpectAtTheEnd expects when the context of the test is over.
func TestExpectAtTheEnd(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	t.Run("test", func(t *testing.T) {
		room := standIn.Namespace(t)
		t.Cleanup(func() { room.Expect(t, client.Exactly(1, client.RequestMatch{Operation: "addSecret"})) })
		added(t, room)
	})
}

// judged runs what may end its test.
func judged(t *testing.T, play func(testing.TB)) *failing {
	t.Helper()
	judge := &failing{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		play(judge)
	}()
	<-ended
	return judge
}

// named is a test by another name.
type named struct {
	testing.TB

	name string
}

func (n named) Name() string { return n.name }

func TestNamesOfSpaces(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	for test, want := range map[string]string{
		"TestA":                      `testa-\d+`,
		"TestA/with_a space/#01":     `testa-with-a-space-01-\d+`,
		"Test轮换/密钥":                  `test-\d+`,
		"/../%2e":                    `2e-\d+`,
		"--":                         `test-\d+`,
		strings.Repeat("a-", 50):     `(a-)+\d+`,
		strings.Repeat("x/y", 9999):  `[xy-]+-\d+`,
		"Test/" + test64 + "/theend": `[a-z]+-theend-\d+`,
	} {
		got := standIn.Namespace(named{t, test}).Name()
		if !regexp.MustCompile("^"+want+"$").MatchString(got) || len(got) > 63 {
			t.Errorf("%.40s: got %q, want %s", test, got, want)
		}
	}
}

var test64 = strings.Repeat("long", 16)

// inMemory is for bubbles: time stands still in them while something waits for a database.
var inMemory = mocktest.WithOptions(func(o *mockserver.Options) { o.State = memory.Backend{} })

// TestSpaceOfABubble has its own namespace in a bubble's time.
func TestSpaceOfABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		room := mocktest.Start(t, mocktest.WithoutListener(), inMemory).Namespace(t)
		time.Sleep(24 * time.Hour)
		if secret := added(t, room); !takes(t, room, secret) {
			t.Error("the namespace was forgotten, or does not know its own secret")
		}
	})
}

// TestSpaceOfAWorld begins with what the server was started with, and leaves it alone.
func TestSpaceOfAWorld(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener(), mocktest.WithDefect("old-secret-lives-3s"))
	room := standIn.Namespace(t)
	if defects, err := room.Admin().Defects(t.Context()); err != nil || len(defects.On()) != 1 {
		t.Errorf("%v are on, %v, want the one of the start", defects.On(), err)
	}
	empty := fixtures.World{Version: 1}
	if err := room.Admin().ReplaceWorld(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, room.HTTPClient(), room.BaseURL()+secretsPath, "token"); status == http.StatusOK {
		t.Error("the world was not replaced")
	}
	if status, _ := get(t, standIn.HTTPClient(), standIn.BaseURL()+secretsPath, "token"); status != http.StatusOK {
		t.Errorf("got status %d, want the world of the start", status)
	}
}
