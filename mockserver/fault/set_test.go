package fault_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
)

var noon = time.Date(2025, 8, 1, 12, 0, 0, 0, time.UTC)

var asked = fault.Request{Provider: "angusgm", Operation: "getClient", Method: "GET", Path: "/api/v1/auth/client/1"}

// armed returns a set of these faults.
func armed(tb testing.TB, texts ...string) *fault.Set {
	tb.Helper()
	set := fault.NewSet()
	for _, text := range texts {
		f, err := fault.Parse([]byte(text))
		if err == nil {
			_, err = set.Add(f, rand.Reader)
		}
		if err != nil {
			tb.Fatalf("%s: %v", text, err)
		}
	}
	return set
}

// hits sends n requests and tells which of them were hit, counted from 1.
func hits(set *fault.Set, n int) []int {
	var hit []int
	for i := range n {
		if set.Hit(asked, nil, noon) != nil {
			hit = append(hit, i+1)
		}
	}
	return hit
}

func TestMatch(t *testing.T) {
	t.Parallel()
	r := asked
	r.Mentions = func(id string) bool { return id == "mine" }
	for match, want := range map[string]bool{
		`{}`:                                    true,
		`{"provider":"angusgm"}`:                true,
		`{"provider":"authing-v2"}`:             false,
		`{"operation":"getClient"}`:             true,
		`{"operation":"listClients"}`:           false,
		`{"method":"GET"}`:                      true,
		`{"method":"PUT"}`:                      false,
		`{"path":"/api/v1/auth/client/1"}`:      true,
		`{"path":"/api/v1/auth/client/"}`:       false,
		`{"path":"/api/v1/auth/client/*"}`:      true,
		`{"path":"/api/v2/*"}`:                  false,
		`{"path":"*"}`:                          true,
		`{"client":"mine"}`:                     true,
		`{"client":"other"}`:                    false,
		`{"client":"mine","method":"PUT"}`:      false,
		`{"provider":"angusgm","method":"GET"}`: true,
	} {
		set := armed(t, `{"match":`+match+`,"effect":{"status":500}}`)
		if got := set.Hit(r, nil, noon) != nil; got != want {
			t.Errorf("%s: got a hit %v, want %v", match, got, want)
		}
	}
}

func TestMentionsIsAskedOnlyForAClient(t *testing.T) {
	t.Parallel()
	set := armed(t, `{"effect":{"status":500}}`, `{"match":{"method":"PUT","client":"c"},"effect":{"status":500}}`)
	r := asked
	r.Mentions = func(string) bool {
		t.Error("nothing that matches names a client")
		return false
	}
	set.Hit(r, nil, noon)
	r.Mentions = nil
	if armed(t, `{"match":{"client":"c"},"effect":{"status":500}}`).Hit(r, nil, noon) != nil {
		t.Error("a request that mentions nobody is hit")
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []int
	}{
		"always":            {`{"effect":{"status":500}}`, []int{1, 2, 3, 4, 5}},
		"times":             {`{"effect":{"status":500},"times":2}`, []int{1, 2}},
		"nth":               {`{"match":{"nth":3},"effect":{"status":500}}`, []int{3}},
		"throttle":          {`{"effect":{"throttle":{"limit":3,"per":"1m"}}}`, []int{4, 5}},
		"throttle, times":   {`{"effect":{"throttle":{"limit":3,"per":"1m"}},"times":1}`, []int{4}},
		"probability 1":     {`{"match":{"probability":1},"effect":{"status":500}}`, []int{1, 2, 3, 4, 5}},
		"nth of elsewhere":  {`{"match":{"nth":1,"method":"PUT"},"effect":{"status":500}}`, nil},
		"throttle of 0":     {`{"effect":{"throttle":{"limit":0,"per":"1m"}}}`, []int{1, 2, 3, 4, 5}},
		"nth, never chosen": {`{"match":{"nth":6},"effect":{"status":500}}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := armed(t, test.text)
			if diff := cmp.Diff(test.want, hits(set, 5)); diff != "" {
				t.Errorf("the requests that were hit differ (-want +got):\n%s", diff)
			}
			if got := set.List()[0].Hits; got != len(test.want) {
				t.Errorf("the list shows %d hits, want %d", got, len(test.want))
			}
		})
	}
}

func TestNthCountsOnlyWhatMatches(t *testing.T) {
	t.Parallel()
	set := armed(t, `{"match":{"nth":2,"method":"GET"},"effect":{"status":500}}`)
	other := asked
	other.Method = "PUT"
	for i, r := range []fault.Request{asked, other, other, asked} {
		if got := set.Hit(r, nil, noon) != nil; got != (i == 3) {
			t.Errorf("request %d: got a hit %v", i+1, got)
		}
	}
}

func TestProbabilityFollowsTheSeed(t *testing.T) {
	t.Parallel()
	const text = `{"match":{"probability":0.3,"seed":7},"effect":{"status":500}}`
	first := hits(armed(t, text), 1000)
	if diff := cmp.Diff(first, hits(armed(t, text), 1000)); diff != "" {
		t.Errorf("the same seed hits others:\n%s", diff)
	}
	// Five standard deviations of the binomial distribution are 72.
	if len(first) < 228 || len(first) > 372 {
		t.Errorf("%d of 1000 were hit, want about 300", len(first))
	}
	if other := hits(armed(t, strings.Replace(text, "7", "8", 1)), 1000); slices.Equal(first, other) {
		t.Error("another seed hits the same")
	}
}

func TestSeedIsChosenAndShown(t *testing.T) {
	t.Parallel()
	set := fault.NewSet()
	f := fault.Fault{Match: fault.Match{Probability: 0.5}, Effect: fault.Effect{Status: 500}}
	added, err := set.Add(f, strings.NewReader("8 bytes!"))
	if err != nil || added.Match.Seed == 0 {
		t.Fatalf("got %+v, %v, want a seed", added, err)
	}
	again := fault.NewSet()
	if _, err := again.Add(set.List()[0], nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hits(set, 100), hits(again, 100)); diff != "" {
		t.Errorf("the seed that is shown hits others:\n%s", diff)
	}
	if _, err := set.Add(f, strings.NewReader("short")); client.KindOf(err) != client.Internal {
		t.Errorf("got %v, want that there is no randomness", err)
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	set := armed(t, `{"effect":{"throttle":{"limit":2,"per":"1m"}}}`)
	steps := []struct {
		after time.Duration
		retry int // 0 where the request passes
	}{
		{0, 0},
		{10 * time.Second, 0},
		{10 * time.Second, 50},
		{59*time.Second + 500*time.Millisecond, 1},
		{60*time.Second - time.Nanosecond, 1},
		{60 * time.Second, 0},
		{200 * time.Second, 0},
		{200 * time.Second, 0},
		{201 * time.Second, 59},
		{-time.Hour, 0}, // a clock that was set back
	}
	for i, step := range steps {
		retry := 0
		if o := set.Hit(asked, nil, noon.Add(step.after)); o != nil {
			retry = o.RetryAfter
			if o.Status != 429 || o.Ends != fault.Before || o.String() != "f1 429 before" {
				t.Errorf("step %d: got %d %s, %q", i, o.Status, o.Ends, o)
			}
		}
		if retry != step.retry {
			t.Errorf("step %d: got Retry-After %d, want %d", i, retry, step.retry)
		}
	}
}

func TestAddRemoveClear(t *testing.T) {
	t.Parallel()
	set := armed(t)
	if set.Active() || set.List() != nil {
		t.Error("an empty set is active")
	}
	set = armed(t, `{"effect":{"status":500}}`, `{"effect":{"status":501}}`)
	if err := set.Remove("f1"); err != nil || !set.Active() || len(set.List()) != 1 || set.List()[0].ID != "f2" {
		t.Errorf("got %v and %+v, want f2 alone", err, set.List())
	}
	if err := set.Remove("f1"); client.KindOf(err) != client.NotFound {
		t.Errorf("got %v, want that there is no f1", err)
	}
	if err := set.Remove("f2"); err != nil || set.Active() {
		t.Errorf("got %v, want nothing left to be active", err)
	}
	added, err := set.Add(fault.Fault{ID: "mine", Hits: 9, Seen: 9, Effect: fault.Effect{Status: 500}}, nil)
	if err != nil || added.ID != "f3" || added.Hits != 0 || added.Seen != 0 {
		t.Errorf("got %+v, %v, want a fresh f3", added, err)
	}
	set.Clear()
	if set.Active() || set.Hit(asked, nil, noon) != nil {
		t.Error("a cleared set is active")
	}
	for range 1000 {
		if _, err := set.Add(fault.Fault{Effect: fault.Effect{Status: 500}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := set.Add(fault.Fault{Effect: fault.Effect{Status: 500}}, nil); client.KindOf(err) != client.Limit {
		t.Errorf("got %v, want a limit", err)
	}
}

// TestRestoreGoesOn saves a set through JSON in the middle of what each fault counts.
func TestRestoreGoesOn(t *testing.T) {
	t.Parallel()
	texts := []string{
		`{"match":{"nth":7},"effect":{"latency":{"fixed":"1ms"}}}`,
		`{"match":{"probability":0.5,"seed":3},"effect":{"when":"after","latency":{"uniform":{"min":"1ms","max":"9ms"}}},"times":4}`,
		`{"effect":{"throttle":{"limit":6,"per":"1m"}}}`,
	}
	run := func(set *fault.Set, n int) []string {
		var said []string
		for range n {
			said = append(said, set.Hit(asked, nil, noon).String())
		}
		return said
	}
	whole := run(armed(t, texts...), 10)
	if all := strings.Join(whole, "\n"); !strings.Contains(all, "f1") || !strings.Contains(all, "f2") || !strings.Contains(all, "f3") {
		t.Fatalf("want hits of all, got\n%s", all)
	}
	set := armed(t, texts...)
	run(set, 5)
	text, err := json.Marshal(set.List())
	if err != nil {
		t.Fatal(err)
	}
	var saved []fault.Fault
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	run(set, 5)
	if err := fault.CheckAll(saved); err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice, as what is saved must not change by being used
		set.Restore(saved)
		if diff := cmp.Diff(whole[5:], run(set, 5)); diff != "" {
			t.Errorf("a restored set goes on otherwise (-want +got):\n%s", diff)
		}
	}
	if added, _ := set.Add(fault.Fault{Effect: fault.Effect{Status: 500}}, nil); added.ID != "f4" {
		t.Errorf("got the id %s after f3", added.ID)
	}
	set.Restore(nil)
	if set.Active() {
		t.Error("nothing was restored and is active")
	}
}

func TestHitsAreExactAtOnce(t *testing.T) {
	t.Parallel()
	set := armed(t, `{"effect":{"status":503},"times":1}`, `{"match":{"nth":50},"effect":{"latency":{"fixed":"1s"}}}`,
		`{"effect":{"throttle":{"limit":90,"per":"1m"}}}`)
	var failed, held, refused atomic.Int64
	var all sync.WaitGroup
	start := make(chan struct{})
	for range 100 {
		all.Go(func() {
			<-start
			o := set.Hit(asked, nil, noon)
			switch {
			case o == nil:
			case o.Status == 503:
				failed.Add(1)
			case o.Status == 429:
				refused.Add(1)
			}
			if o != nil && o.Wait > 0 {
				held.Add(1)
			}
		})
		all.Go(func() {
			<-start
			_ = set.List()
			if added, err := set.Add(fault.Fault{Match: fault.Match{Method: "PUT"}, Effect: fault.Effect{Reset: true}}, nil); err != nil || set.Remove(added.ID) != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	close(start)
	all.Wait()
	// The one that was ended already does not count in the throttle's window.
	if failed.Load() != 1 || held.Load() != 1 || refused.Load() != 9 {
		t.Errorf("got %d failed, %d held up, %d refused, want 1, 1 and 9", failed.Load(), held.Load(), refused.Load())
	}
}

func TestNothingIsAllocatedWhenNothingIsOn(t *testing.T) {
	set := fault.NewSet()
	var header []string
	allocated := testing.AllocsPerRun(100, func() {
		if effect, _, err := fault.Prefer(header); effect != nil || err != nil || set.Active() || set.Hit(asked, nil, noon) != nil {
			t.Error("something is on")
		}
	})
	if allocated != 0 {
		t.Errorf("got %v allocations, want none", allocated)
	}
}

func BenchmarkEmptySet(b *testing.B) {
	set := fault.NewSet()
	for b.Loop() {
		if set.Active() {
			b.Fatal(errors.New("active"))
		}
	}
}

func BenchmarkHit(b *testing.B) {
	set := armed(b, `{"match":{"probability":0.5,"seed":1},"effect":{"latency":{"fixed":"1ms"}}}`)
	for b.Loop() {
		set.Hit(asked, nil, noon)
	}
}
