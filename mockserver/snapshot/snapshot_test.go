package snapshot_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/wire"
)

var taken = time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)

// full is a document that has all there is.
func full(tb testing.TB) snapshot.Document {
	tb.Helper()
	world, err := fixtures.Default()
	if err != nil {
		tb.Fatal(err)
	}
	seeded := rand.NewChaCha8([32]byte{1, 2, 3})
	seeded.Uint64()
	state, err := seeded.MarshalBinary()
	if err != nil {
		tb.Fatal(err)
	}
	truncate := 10
	return snapshot.Document{
		Name: "before", TakenAt: taken, Namespace: "checkout",
		Clock: clock.State{Frozen: taken.Add(36 * time.Hour)},
		World: world,
		Faults: []fault.Fault{
			{
				ID: "f1", Match: fault.Match{Method: "POST", Path: "/api/*", Probability: 0.5, Seed: 7},
				Effect: fault.Effect{When: fault.Before, Status: 503, Throttle: &fault.Throttle{Limit: 5, Per: wire.Duration(time.Minute)}},
				Hits:   3, Seen: 9, Window: &fault.Window{Start: taken, Passed: 5},
			},
			{ID: "f7", Effect: fault.Effect{When: fault.After, Truncate: &truncate}, Times: 1},
		},
		Defects:     []string{"late-expiry", "early-expiry"},
		Propagation: propagation.Settings{AcceptNewAfter: wire.Duration(20 * time.Second), RefuseOldAfter: wire.Duration(30 * time.Second), Replicas: 2},
		Randomness:  state,
	}
}

var sameDocument = cmp.Options{
	cmpopts.IgnoreUnexported(fixtures.World{}),
	cmpopts.EquateEmpty(),
}

func encode(tb testing.TB, d snapshot.Document) []byte {
	tb.Helper()
	text, err := snapshot.Encode(d)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	running, bare := full(t), full(t)
	running.Clock = clock.State{Offset: -36 * time.Hour}
	running.TakenAt = running.TakenAt.In(time.FixedZone("", 3600))
	bare.Clock, bare.Faults, bare.Defects, bare.Propagation, bare.Randomness = clock.State{}, nil, nil, propagation.Settings{}, nil
	bare.Name, bare.World = "", fixtures.World{Version: 1}
	for name, d := range map[string]snapshot.Document{"full": full(t), "running": running, "bare": bare} {
		text := encode(t, d)
		got, err := snapshot.Decode(name+".json", text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := d
		want.TakenAt = d.TakenAt.UTC()
		want.Propagation.Replicas = max(1, d.Propagation.Replicas)
		if diff := cmp.Diff(want, got, sameDocument); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(string(text), string(encode(t, got))); diff != "" {
			t.Errorf("%s is written in another way for the second time:\n%s", name, diff)
		}
	}
}

func TestEncodeShape(t *testing.T) {
	t.Parallel()
	d := full(t)
	d.World, d.Faults, d.Randomness = fixtures.World{Version: 1}, nil, nil
	const want = `{
  "format": "keyturn-snapshot",
  "version": 1,
  "name": "before",
  "taken_at": "2026-03-04T05:06:07.000000008Z",
  "namespace": "checkout",
  "clock": {
    "offset": "0s",
    "frozen": "2026-03-05T17:06:07.000000008Z"
  },
  "world": {
    "realms": {},
    "version": 1
  },
  "faults": [],
  "defects": [
    "late-expiry",
    "early-expiry"
  ],
  "propagation": {
    "accept_new_after": "20s",
    "refuse_old_after": "30s",
    "replicas": 2
  },
  "randomness": ""
}
`
	if diff := cmp.Diff(want, string(encode(t, d))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRefusals lists what a document may not be, by what is put in the place of a part.
func TestRefusals(t *testing.T) {
	t.Parallel()
	text := string(encode(t, full(t)))
	for name, test := range map[string]struct {
		old, by string
		kind    client.Kind
		field   string
		says    string
	}{
		"another version":      {`"version": 1,`, `"version": 7,`, client.Invalid, "/version", "want 1, it is 7: this snapshot is of another Keyturn"},
		"first the version":    {`"version": 1,`, `"version": 7, "extra": {},`, client.Invalid, "/version", "it is 7"},
		"a version of text":    {`"version": 1,`, `"version": "1",`, client.Invalid, "/version", "no number"},
		"no version":           {`"version": 1,`, ``, client.Missing, "/version", "has this member"},
		"another format":       {`"keyturn-snapshot"`, `"keyturn-report"`, client.Invalid, "/format", `want "keyturn-snapshot"`},
		"no format":            {`"format": "keyturn-snapshot",`, ``, client.Missing, "/format", "has this member"},
		"an unknown member":    {`"name": "before"`, `"nam/e": "before"`, client.Invalid, "/nam~1e", "there is no such member"},
		"a name twice":         {`"name": "before"`, `"name": "a", "name": "b"`, client.Malformed, "", "duplicate"},
		"no time":              {`"taken_at": "2026-03-04T05:06:07.000000008Z",`, ``, client.Missing, "/taken_at", "has this member"},
		"a time of its own":    {`"2026-03-04T05:06:07.000000008Z",`, `"yesterday",`, client.Invalid, "/taken_at", "RFC 3339"},
		"a year of five":       {`"2026-03-04T05:06:07.000000008Z",`, `"9999-12-31T23:59:59-12:00",`, client.Invalid, "/taken_at", "0 to 9999"},
		"null":                 {`"2026-03-04T05:06:07.000000008Z",`, `null,`, client.Invalid, "/taken_at", "it is null"},
		"a clock of numbers":   {`"offset": "0s"`, `"offset": 36`, client.Invalid, "/clock/offset", "a duration such as"},
		"no duration":          {`"offset": "0s"`, `"offset": "soon"`, client.Invalid, "/clock/offset", `"soon" is no duration`},
		"both clocks":          {`"offset": "0s"`, `"offset": "1s"`, client.Invalid, "/clock/offset", "has no offset"},
		"an unknown hand":      {`"offset": "0s"`, `"hand": "0s"`, client.Invalid, "/clock/hand", "no such member"},
		"a fault's effect":     {`"status": 503`, `"statu": 503`, client.Invalid, "/faults/0/effect/statu", "no such member"},
		"a fault's type":       {`"status": 503`, `"status": "503"`, client.Invalid, "/faults/0/effect/status", "want a whole number"},
		"a fault's value":      {`"status": 503`, `"status": 200`, client.Invalid, "/faults/0/effect/status", "200"},
		"two faults of an id":  {`"f7"`, `"f1"`, client.Invalid, "/faults/1/id", "two faults"},
		"defects by number":    {`"late-expiry"`, `1`, client.Invalid, "/defects/0", "want a text"},
		"too many replicas":    {`"replicas": 2`, `"replicas": 3`, client.Invalid, "/propagation/replicas", "3 replicas"},
		"no base64":            {`"randomness": "`, `"randomness": "?`, client.Invalid, "/randomness", "base64"},
		"no generator":         {`"randomness": "`, `"randomness": "AAAA`, client.Invalid, "/randomness", "no state of a generator"},
		"an unknown key":       {`"alias": "12"`, `"alia": "12"`, client.Invalid, "/world", `before.json:LINE`},
		"a tenant of no world": {`"tenant": "globex"`, `"tenant": "nobody"`, client.Invalid, "/world", `before.json:LINE`},
		"no world":             {`"world"`, `"w"`, client.Invalid, "/w", "no such member"},
		"the end":              {"\"randomness\"", "", client.Malformed, "", ""},
		"a list":               {text, "[]", client.Malformed, "", "a JSON object"},
		"nothing":              {text, " ", client.Malformed, "", "ends too early"},
		"half of it":           {text, text[:len(text)/2], client.Malformed, "", "ends too early"},
		"more than it":         {text, text + "{}", client.Malformed, "", "there is more"},
		"YAML":                 {text, "realms: {}", client.Malformed, "", "no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(text, test.old) {
				t.Fatalf("the document has no %s", test.old)
			}
			broken := strings.Replace(text, test.old, test.by, 1)
			_, err := snapshot.Decode("before.json", []byte(broken))
			if err == nil {
				t.Fatal("it was read")
			}
			got := client.AsError(err)
			above, _, _ := strings.Cut(text, test.old)
			line := strings.Count(above, "\n") + 1
			says := strings.ReplaceAll(test.says, "LINE", strconv.Itoa(line))
			if got.Kind != test.kind || got.Field != test.field || !strings.Contains(got.Message, says) {
				t.Errorf("%s at %q: %s; want %s at %q that says %q", got.Kind, got.Field, got.Message, test.kind, test.field, says)
			}
		})
	}
}

// TestCompactWorld has the whole document in one line, with characters of many bytes in
// front of the world.
func TestCompactWorld(t *testing.T) {
	t.Parallel()
	const before = `{"format":"keyturn-snapshot","version":1,"namespace":"密钥","taken_at":"2026-03-04T05:06:07Z","world":`
	_, err := snapshot.Decode("a.json", []byte(before+`{"version":2}}`))
	want := "a.json:1:" + strconv.Itoa(len([]rune(before+`{"version":`))+1) + ": version: want 1"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// FuzzDecode holds that what is read is written in a way that reads the same.
func FuzzDecode(f *testing.F) {
	d := full(f) // but for the world, in which nothing would be hit
	d.World = fixtures.World{Version: 1, Realms: map[string]fixtures.Realm{"a": {
		Settings: fixtures.Settings{"s": "yes", "n": 0.5},
		Tenants:  []fixtures.Tenant{{ID: "1e3"}},
		Clients: []fixtures.Client{{
			ID: "~", Tenant: "1e3", CreatedAt: taken, Secrets: []fixtures.Secret{{ID: "1", Value: "null"}},
			Attributes: fixtures.Attributes{"2026-03-04": []any{nil, true, "\u2028"}},
		}},
	}}}
	f.Add(encode(f, d))
	f.Add([]byte(`{"format":"keyturn-snapshot","version":1,"taken_at":"2026-03-04T05:06:07Z","world":{"version":1,"realms":{"a":{"settings":{"x":1.5e300}}}}}`))
	f.Add([]byte(`{"format":"keyturn-snapshot","version":2}`))
	f.Add([]byte(`{"format":"keyturn-snapshot","version":1,"taken_at":"0000-01-01T00:00:00+01:00","world":{}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := snapshot.Decode("fuzz.json", raw)
		if err != nil {
			if client.KindOf(err) == client.Internal {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		first := encode(t, d)
		again, err := snapshot.Decode("again.json", first)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, first)
		}
		if second := encode(t, again); !bytes.Equal(first, second) {
			t.Fatalf("written twice (-first +second):\n%s", cmp.Diff(string(first), string(second)))
		}
		changes, err := snapshot.Diff(d, again, func(string) string { return "" })
		if err != nil || len(changes) > 0 {
			t.Fatalf("a document differs from itself: %v, %v", changes, err)
		}
	})
}
