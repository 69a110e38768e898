package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// story is a journal of at most five in which the requests have these statuses.
func story(statuses ...int) Snapshot {
	j := New(Bounds{Entries: 5}, nil)
	for _, status := range statuses {
		j.Record(Entry{Provider: "p", Operation: "o", Method: "GET", Target: "/a/b?c=d", Status: status})
	}
	return j.Snapshot()
}

func TestVerify(t *testing.T) {
	t.Parallel()
	ok, bad := Match{Status: 200}, Match{Status: 400}
	whole, part := story(200, 400, 200), story(200, 200, 200, 400, 200, 200, 400)
	type verdict struct {
		Outcome string
		Count   int
		Evicted uint64
		Reason  string
		Nearest []uint64
	}
	tests := map[string]struct {
		story Snapshot
		x     Expectation
		want  verdict
	}{
		"exactly":                    {whole, Expectation{Match: ok, Exactly: new(2)}, verdict{Pass, 2, 0, "2 requests matched, want exactly 2", nil}},
		"exactly, too many":          {whole, Expectation{Match: ok, Exactly: new(1)}, verdict{Fail, 2, 0, "2 requests matched, want exactly 1", []uint64{3}}},
		"exactly, too few":           {whole, Expectation{Match: ok, Exactly: new(3)}, verdict{Fail, 2, 0, "2 requests matched, want exactly 3", []uint64{2}}},
		"exactly, evicted":           {part, Expectation{Match: bad, Exactly: new(2)}, verdict{Inconclusive, 2, 2, "2 requests matched, want exactly 2; forgotten and unknown: 2 requests", []uint64{6, 5, 3}}},
		"exactly, too many anyway":   {part, Expectation{Match: ok, Exactly: new(2)}, verdict{Fail, 3, 2, "3 requests matched, want exactly 2", []uint64{6}}},
		"exactly, in the window":     {part, Expectation{Match: bad, Exactly: new(2), After: 2}, verdict{Pass, 2, 0, "2 requests matched, want exactly 2", nil}},
		"exactly, one before it":     {part, Expectation{Match: bad, Exactly: new(2), After: 1}, verdict{Inconclusive, 2, 1, "2 requests matched, want exactly 2; forgotten and unknown: 1 request", []uint64{6, 5, 3}}},
		"exactly none":               {whole, Expectation{Match: Match{Status: 500}, Exactly: new(0)}, verdict{Pass, 0, 0, "0 requests matched, want exactly 0", nil}},
		"at least":                   {part, Expectation{Match: ok, AtLeast: new(3)}, verdict{Pass, 3, 2, "3 requests matched, want at least 3", nil}},
		"at least, evicted":          {part, Expectation{Match: ok, AtLeast: new(4)}, verdict{Inconclusive, 3, 2, "3 requests matched, want at least 4; forgotten and unknown: 2 requests", []uint64{7, 4}}},
		"at least, too few":          {part, Expectation{Match: ok, AtLeast: new(3), After: 4}, verdict{Fail, 2, 0, "2 requests matched, want at least 3", []uint64{7}}},
		"never":                      {whole, Expectation{Match: Match{Status: 500}, Never: true}, verdict{Pass, 0, 0, "0 requests matched, want none", nil}},
		"never, but it did":          {part, Expectation{Match: bad, Never: true}, verdict{Fail, 2, 2, "2 requests matched, want none", []uint64{4, 7}}},
		"never, evicted":             {part, Expectation{Match: Match{Status: 500}, Never: true}, verdict{Inconclusive, 0, 2, "0 requests matched, want none; forgotten and unknown: 2 requests", []uint64{7, 6, 5}}},
		"never, nothing after":       {part, Expectation{Never: true, After: 7}, verdict{Pass, 0, 0, "0 requests matched, want none", nil}},
		"in order":                   {part, Expectation{InOrder: []Match{ok, bad, ok, ok, bad}}, verdict{Pass, 5, 2, "5 of 5 were found in this order", nil}},
		"in order, evicted":          {part, Expectation{InOrder: []Match{bad, bad, bad}}, verdict{Inconclusive, 2, 2, "2 of 3 were found in this order; forgotten and unknown: 2 requests", []uint64{6, 5, 3}}},
		"in order, in another order": {whole, Expectation{InOrder: []Match{bad, bad}}, verdict{Fail, 1, 0, "1 of 2 were found in this order", []uint64{3, 1}}},
		"in order, each of its own":  {story(200), Expectation{InOrder: []Match{ok, {}}}, verdict{Fail, 1, 0, "1 of 2 were found in this order", nil}},
	}
	for name, test := range tests {
		v, err := test.story.Verify(test.x)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := verdict{Outcome: v.Outcome, Count: v.Count, Evicted: v.Evicted, Reason: v.Reason}
		for _, near := range v.Nearest {
			got.Nearest = append(got.Nearest, near.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// What Clear took is missed only by those who ask for it.
func TestVerifyAfterClear(t *testing.T) {
	t.Parallel()
	j := New(Bounds{Entries: 2}, nil)
	record(j, 4)
	j.Clear()
	record(j, 3)
	for after, want := range map[uint64]Verdict{
		0: {Outcome: Inconclusive, Evicted: 1, Reason: "0 requests matched, want none; forgotten and unknown: 1 request"},
		3: {Outcome: Inconclusive, Evicted: 2, Reason: "0 requests matched, want none; forgotten and unknown: 1 request; cleared and unknown: 1 request"},
		4: {Outcome: Inconclusive, Evicted: 1, Reason: "0 requests matched, want none; forgotten and unknown: 1 request"},
		5: {Outcome: Pass, Reason: "0 requests matched, want none"},
	} {
		got, err := j.Snapshot().Verify(Expectation{Match: Match{Status: 500}, Never: true, After: after})
		got.Nearest = nil
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("after %d: %v (-want +got)\n%s", after, err, diff)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	for field, x := range map[string]Expectation{
		"":                   {Never: true, Exactly: new(1)},
		"/exactly":           {Exactly: new(-1)},
		"/at_least":          {AtLeast: new(0)},
		"/in_order":          {InOrder: []Match{}},
		"/match":             {InOrder: []Match{{}}, Match: Match{Status: 200}},
		"/after":             {Never: true, After: 4},
		"/match/method":      {Never: true, Match: Match{Method: "post"}},
		"/match/path":        {Never: true, Match: Match{Path: "a"}},
		"/match/status":      {Never: true, Match: Match{Status: 99}},
		"/in_order/1/status": {InOrder: []Match{{}, {Status: 600}}},
		"/in_order/0/path":   {InOrder: []Match{{Path: "/a?b"}}},
	} {
		_, err := story(200, 200, 200).Verify(x)
		var wrong *FieldError
		if !errors.As(err, &wrong) || wrong.Field != field || wrong.Message == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if _, err := story().Verify(Expectation{}); err == nil {
		t.Error("an expectation of nothing is taken")
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const id = "61df9258"
	jsonHeader := http.Header{"Content-Type": {"application/json"}}
	basic := base64.StdEncoding.EncodeToString([]byte(id + ":secret"))
	tests := map[string]struct {
		entry Entry
		match Match
		want  answer
	}{
		"everything":        {Entry{Provider: "p", Operation: "o", Method: "GET", Target: "/x/" + id + "?a", Status: 200}, Match{"p", "o", id, "GET", "/x/" + id, 200}, yes},
		"provider":          {Entry{Provider: "q"}, Match{Provider: "p"}, no},
		"operation":         {Entry{Operation: "p"}, Match{Operation: "o"}, no},
		"method":            {Entry{Method: "PUT"}, Match{Method: "GET"}, no},
		"path":              {Entry{Target: "/x?a=b"}, Match{Path: "/x"}, yes},
		"another path":      {Entry{Target: "/x/y"}, Match{Path: "/x"}, no},
		"escaped path":      {Entry{Target: "/%78/y%2Fz"}, Match{Path: "/x/y%2fz"}, yes},
		"escaped slash":     {Entry{Target: "/x/y%2Fz"}, Match{Path: "/x/y/z"}, no},
		"segment":           {Entry{Target: "/x/%36" + id[1:] + "/y"}, Match{Client: id}, yes},
		"part of a segment": {Entry{Target: "/x/a" + id}, Match{Client: id}, no},
		"query":             {Entry{Target: "/x?id=%36" + id[1:]}, Match{Client: id}, yes},
		"name in a query":   {Entry{Target: "/x?" + id + "=a"}, Match{Client: id}, no},
		"form":              {Entry{RequestHeader: formHeader, RequestBody: []byte("a=b&client_id=" + id)}, Match{Client: id}, yes},
		"JSON":              {Entry{RequestHeader: jsonHeader, RequestBody: []byte(`{"a":["` + id + `"]}`)}, Match{Client: id}, yes},
		"JSON, escaped":     {Entry{RequestHeader: jsonHeader, RequestBody: []byte(`{"a":["\u0036` + id[1:] + `"]}`)}, Match{Client: id}, yes},
		"JSON name":         {Entry{RequestHeader: jsonHeader, RequestBody: []byte(`{"` + id + `":1}`)}, Match{Client: id}, no},
		"JSON number":       {Entry{RequestHeader: jsonHeader, RequestBody: []byte(`{"id":[7]}`)}, Match{Client: "7"}, yes},
		"undeclared":        {Entry{RequestBody: []byte(`{"id":"` + id + `"}`)}, Match{Client: id}, yes},
		"undeclared form":   {Entry{RequestBody: []byte(`id=` + id)}, Match{Client: id}, yes},
		"text":              {Entry{RequestHeader: http.Header{"Content-Type": {"text/plain"}}, RequestBody: []byte(id)}, Match{Client: id}, no},
		"reply":             {Entry{ReplyHeader: jsonHeader, ReplyBody: []byte(`{"id":"` + id + `"}`)}, Match{Client: id}, no},
		"basic":             {Entry{RequestHeader: http.Header{"Authorization": {"basic " + basic}}}, Match{Client: id}, yes},
		"basic password":    {Entry{RequestHeader: http.Header{"Authorization": {"Basic " + basic}}}, Match{Client: "secret"}, no},
		"use":               {Entry{Uses: []Use{{Client: "a"}, {Client: id}}}, Match{Client: id}, yes},
		"change":            {Entry{Changes: []Change{{Client: id}}}, Match{Client: id}, yes},
		"graphql literal":   {Entry{Target: "/graphql/v2", RequestHeader: jsonHeader, RequestBody: []byte(`{"query":"{ f(id: \"` + id + `\") }"}`)}, Match{Client: id}, yes},
		"graphql variable":  {Entry{Target: "/graphql?variables=%7B%22id%22:%22" + id + "%22%7D"}, Match{Client: id}, yes},
		"no graphql":        {Entry{Target: "/x", RequestHeader: jsonHeader, RequestBody: []byte(`{"query":"{ f(id: \"` + id + `\") }"}`)}, Match{Client: id}, no},
		"long body":         {Entry{Status: 200, RequestBody: make([]byte, maxText+1)}, Match{Client: id, Status: 200}, open},
		"long body, named":  {Entry{Target: "/" + id, RequestBody: make([]byte, maxText+1)}, Match{Client: id}, yes},
		"long body, other":  {Entry{Status: 200, RequestBody: make([]byte, maxText+1)}, Match{Client: id, Status: 400}, no},
		"long query":        {Entry{Target: "/x?" + strings.Repeat("x", maxText+1)}, Match{Client: id, Path: "/x"}, open},
		"long path":         {Entry{Target: "/" + strings.Repeat("x", maxText+1)}, Match{Path: "/x"}, open},
		"long method":       {Entry{Method: strings.Repeat("X", maxMethod+1)}, Match{Method: strings.Repeat("X", maxMethod)}, open},
		"long reply":        {Entry{ReplyBody: make([]byte, maxText+1)}, Match{Client: id}, no},
	}
	for name, test := range tests {
		j := New(Bounds{}, nil)
		j.Record(test.entry)
		entry := j.Snapshot().Entries[0]
		if got := test.match.matches(&entry, test.match.asked()); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestVerifyWithWithheldBodies(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	j.Record(Entry{Target: "/a", Status: 200})
	j.Record(Entry{Target: "/x", Status: 200, RequestBody: make([]byte, maxText+1)})
	client := Match{Client: "a"}
	for name, test := range map[string]struct {
		x    Expectation
		want string
	}{
		"never":             {Expectation{Match: client, Never: true, After: 1}, Inconclusive},
		"exactly":           {Expectation{Match: client, Exactly: new(1)}, Inconclusive},
		"at least":          {Expectation{Match: client, AtLeast: new(1)}, Pass},
		"at least more":     {Expectation{Match: client, AtLeast: new(2)}, Inconclusive},
		"in order":          {Expectation{InOrder: []Match{client, client}}, Inconclusive},
		"in order, not it":  {Expectation{InOrder: []Match{client, client, client}}, Fail},
		"in order, by path": {Expectation{InOrder: []Match{client, {Path: "/x"}}}, Pass},
	} {
		got, err := j.Snapshot().Verify(test.x)
		if err != nil || got.Outcome != test.want {
			t.Errorf("%s: got %s (%s), %v, want %s", name, got.Outcome, got.Reason, err, test.want)
		}
		if got.Outcome == Inconclusive && !strings.HasSuffix(got.Reason, "; kept in part and undecided: 1 request") {
			t.Errorf("%s: got %s", name, got.Reason)
		}
	}
}

// TestVerdictsHold: a verdict that is not inconclusive is the one that a journal
// without bounds gives, whatever was forgotten or not kept.
func TestVerdictsHold(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	matches := []Match{{Status: 200}, {Status: 400}, {Client: "a"}, {Client: "b"}, {Client: "a", Status: 200}, {}}
	one := func() Match { return matches[random.IntN(len(matches))] }
	outcomes := map[string]int{}
	for range 6000 {
		whole, bounded := New(Bounds{}, nil), New(Bounds{Entries: 1 + random.IntN(6)}, nil)
		total := random.IntN(9)
		for range total {
			e := Entry{Status: []int{200, 400}[random.IntN(2)], RequestHeader: formHeader, RequestBody: []byte("id=" + []string{"a", "b"}[random.IntN(2)])}
			whole.Record(e)
			if random.IntN(4) == 0 {
				e.dropRequestBody()
			}
			bounded.Record(e)
		}
		x := Expectation{After: uint64(random.IntN(total + 1))}
		switch random.IntN(4) {
		case 0:
			x.Match, x.Exactly = one(), new(random.IntN(4))
		case 1:
			x.Match, x.AtLeast = one(), new(1+random.IntN(4))
		case 2:
			x.Match, x.Never = one(), true
		case 3:
			for range 1 + random.IntN(3) {
				x.InOrder = append(x.InOrder, one())
			}
		}
		got, err := bounded.Snapshot().Verify(x)
		want, wantErr := whole.Snapshot().Verify(x)
		if err != nil || wantErr != nil || want.Outcome == Inconclusive {
			t.Fatal(err, wantErr, want)
		}
		outcomes[got.Outcome]++
		if got.Outcome != Inconclusive && got.Outcome != want.Outcome {
			t.Fatalf("%+v: got %+v, want %+v", x, got, want)
		}
	}
	for _, outcome := range []string{Pass, Fail, Inconclusive} {
		if outcomes[outcome] < 300 {
			t.Errorf("%s only %d times", outcome, outcomes[outcome])
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	for _, e := range []Entry{
		{Provider: "p", Operation: "o", Method: "GET", Target: "/api/x", Status: 200},
		{Method: "PUT", Target: "/api/other", Status: 404, Violation: "not-found: what is " + secret},
		{Provider: "p", Operation: "o", Method: "POST", Target: "/api/client-1?client_secret=" + secret, Status: 400, Violation: "invalid: /name: is missing"},
		{Provider: "p", Operation: "o", Method: "POST", Target: "/" + secret, Status: 200, RequestBody: make([]byte, maxText+1)},
	} {
		j.Record(e)
	}
	snapshot := j.Snapshot()
	verdict, err := snapshot.Verify(Expectation{
		Match: Match{Provider: "p", Operation: "o", Client: "client-1", Method: "POST", Path: "/api/client-1", Status: 200}, AtLeast: new(1),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, near := range verdict.Nearest {
		shown := NewRedactor().Redact(snapshot.Entries, nil, func(e *Entry) bool { return e.ID == near.ID })
		got = append(got, fmt.Sprintf("%d: %s", near.ID, withoutDigits(near.Difference(&shown[0]))))
	}
	want := []string{
		"3: status is 400, want 200; violation: invalid: /name: is missing",
		"4: whether the client agrees cannot be told, as too little was kept; path is /[], want /api/client-1",
		"1: it is not of client client-1; method is GET, want POST; path is /api/x, want /api/client-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	far := snapshot.Entries[1]
	shown := NewRedactor().Redact(snapshot.Entries, nil, func(e *Entry) bool { return e.ID == far.ID })
	match := Match{Provider: "p", Status: 200}
	if got, want := withoutDigits(match.compare(&far, match.asked()).Difference(&shown[0])), "provider is none, want p; status is 404, want 200; violation: not-found: what is []"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (Near{}).Difference(&shown[0]); got != "it matches" {
		t.Errorf("got %s", got)
	}
}

func TestNearestAreTheBest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	want := Match{Provider: "p", Method: "GET", Status: 200}
	for range 200 {
		v := verification{}
		for i := range random.IntN(12) {
			v.entries = append(v.entries, Entry{ID: uint64(i), Provider: []string{"p", "q"}[random.IntN(2)], Method: "PUT", Status: 200 + random.IntN(2)})
		}
		var all []Near
		for _, e := range slices.Backward(v.entries) {
			all = append(all, want.compare(&e, want.asked()))
		}
		slices.SortStableFunc(all, func(a, b Near) int { return b.score - a.score })
		var wantIDs, gotIDs []uint64
		for _, near := range all[:min(len(all), maxNear)] {
			wantIDs = append(wantIDs, near.ID)
		}
		for _, near := range v.nearest(&want) {
			gotIDs = append(gotIDs, near.ID)
		}
		if diff := cmp.Diff(wantIDs, gotIDs); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer token"}}
	j := New(Bounds{}, nil)
	for i := range defaultEntries {
		j.Record(Entry{
			Provider: "p", Operation: "o", Method: "POST", Target: "/api/v3/refresh-application-secret", Status: 200, RequestHeader: header,
			RequestBody: fmt.Appendf(nil, `{"appId":"6229ffaxxxxxxxx%08d","note":"a \"quoted\" text"}`, i), ReplyHeader: header, ReplyBody: make([]byte, 500),
		})
	}
	x := Expectation{Match: Match{Client: "6229ffaxxxxxxxx00000007", Method: "POST", Status: 200}, Exactly: new(2)}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := j.Snapshot().Verify(x); err != nil || v.Outcome != Fail || v.Count != 1 {
			b.Fatal(v, err)
		}
	}
}
