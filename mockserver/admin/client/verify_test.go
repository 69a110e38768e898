package client_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

func expectations() map[string]client.Expectation {
	rotation := client.RequestMatch{Provider: "p", Operation: "o", Client: "c", Method: "POST", Path: "/a", Status: 200}
	return map[string]client.Expectation{
		`{"match":{"provider":"p","operation":"o","client":"c","method":"POST","path":"/a","status":200},"exactly":2}`: client.Exactly(2, rotation),
		`{"match":{},"exactly":0}`:                              client.Exactly(0, client.RequestMatch{}),
		`{"match":{"operation":"o"},"at_least":1}`:              client.AtLeast(1, client.RequestMatch{Operation: "o"}),
		`{"match":{"path":"/b"},"never":true,"after":7}`:        client.Never(client.RequestMatch{Path: "/b"}).After(7),
		`{"in_order":[{"path":"/a"},{"status":401}],"after":1}`: client.InOrder(client.RequestMatch{Path: "/a"}, client.RequestMatch{Status: 401}).After(1),
	}
}

func TestVerificationsThatPass(t *testing.T) {
	t.Parallel()
	for text, expected := range expectations() {
		admin, sent := plane(t, "verifyRequests", 200, `{"verdict": "pass", "count": 1, "evicted": 0, "reason": "", "nearest": []}`)
		if err := admin.Verify(t.Context(), expected); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if *sent != text {
			t.Errorf("sent %s, want %s", *sent, text)
		}
	}
}

func TestVerificationsThatFail(t *testing.T) {
	t.Parallel()
	near := `{` + entry + `, "difference": "status is 409,\nwant 200"}`
	admin, _ := plane(t, "verifyRequests", 200, `{"verdict": "fail", "count": 1, "evicted": 0, "reason": "1 request matched, want exactly 2", "nearest": [`+near+`]}`)
	expected := client.Exactly(2, client.RequestMatch{Operation: "o", Status: 200}).After(4)
	err := admin.Verify(t.Context(), expected)
	failed, is := errors.AsType[*client.VerificationError](err)
	if !is || errors.Is(err, client.ErrInconclusive) {
		t.Fatalf("got %v, want a verification that failed", err)
	}
	if diff := cmp.Diff([]client.NearRequest{{Request: request, Difference: "status is 409,\nwant 200"}}, failed.Nearest); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if failed.Count != 1 || failed.Evicted != 0 || failed.Reason != "1 request matched, want exactly 2" || failed.Expectation.String() != expected.String() {
		t.Errorf("got %+v", failed)
	}
	const want = `not as expected: exactly 2 times a request with operation o, status 200, after #4: 1 request matched, want exactly 2
nearest:
  #12 POST /a?b=c: status 409, operation o, fault f1 reset: status is 409, want 200 (violation: conflict: taken)`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestVerificationsThatCannotBeTold(t *testing.T) {
	t.Parallel()
	admin, _ := plane(t, "verifyRequests", 200, `{"verdict": "inconclusive", "count": 0, "evicted": 9, "reason": "0 of 2 were found in this order; 9 requests that might have are forgotten", "nearest": []}`)
	err := admin.Verify(t.Context(), client.InOrder(client.RequestMatch{Path: "/a"}, client.RequestMatch{}))
	failed, is := errors.AsType[*client.VerificationError](err)
	if !is || !errors.Is(err, client.ErrInconclusive) || !failed.Inconclusive || failed.Evicted != 9 {
		t.Fatalf("got %v, want one that cannot be told", err)
	}
	const want = "it cannot be told any more: a request with path /a, then any request: 0 of 2 were found in this order; 9 requests that might have are forgotten"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

// TestVerificationErrorsAreBounded has a reply of many long entries, with the token in
// them.
func TestVerificationErrorsAreBounded(t *testing.T) {
	t.Parallel()
	near := strings.Replace(`{`+entry+`, "difference": "`+token+`"}`, "/a?b=c", "/"+strings.Repeat("é", 10_000), 1)
	short := `{` + entry + `, "difference": "` + token + `"}`
	list := short + strings.Repeat(","+near, 19)
	admin, _ := plane(t, "verifyRequests", 200, `{"verdict": "fail", "count": 0, "evicted": 0, "reason": "", "nearest": [`+list+`]}`)
	err := admin.Verify(t.Context(), client.Never(client.RequestMatch{}))
	text := fmt.Sprint(err)
	if strings.Contains(text, token) || !strings.Contains(text, "[the token]") || !strings.HasSuffix(text, "\n  and 10 more") || len(text) > 20_000 {
		t.Errorf("got %d bytes, want 10 of 20 entries, short and without the token: %s", len(text), text)
	}
}

func TestVerdictsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{`{}`, `{"verdict": "perhaps"}`, `[]`} {
		server := answering(t, 200, "application/json", reply)
		err := client.New(server.URL, client.Options{}).Verify(t.Context(), client.Never(client.RequestMatch{}))
		if err == nil || !strings.Contains(err.Error(), "none of the admin plane's") {
			t.Errorf("%s: got %v, want an error", reply, err)
		}
	}
}
