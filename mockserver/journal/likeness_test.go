package journal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// slowDistance is the textbook's.
func slowDistance(a, b string) int {
	switch {
	case a == "":
		return len(b)
	case b == "":
		return len(a)
	case a[0] == b[0]:
		return slowDistance(a[1:], b[1:])
	}
	return 1 + min(slowDistance(a[1:], b), slowDistance(a, b[1:]), slowDistance(a[1:], b[1:]))
}

func TestEditDistance(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var b strings.Builder
		for range random.IntN(8) {
			b.WriteByte("abc"[random.IntN(3)])
		}
		return b.String()
	}
	for range 20_000 {
		a, b := word(), word()
		for most := 1; most <= 3; most++ {
			if got, want := editDistance(a, b, most), min(slowDistance(a, b), most+1); got != want {
				t.Fatalf("%q to %q within %d: got %d, want %d", a, b, most, got, want)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	ops := []Operation{
		{"v2", "list", "GET", "/api/v2/applications"},
		{"v2", "get", "GET", "/api/v2/applications/{id}"},
		{"v2", "update", "PATCH", "/api/v2/applications/{id}"},
		{"v2", "refresh", "PATCH", "/api/v2/application/{id}/refresh-secret"},
		{"v2", "any", "GET", "/api/v2/{anything}/{else}"},
		{"v3", "token", "POST", "/oauth/token"},
		{"v3", "root", "GET", "/"},
		{"v3", "slash", "GET", "/me/"},
	}
	tests := map[string]struct{ method, target, id, reason string }{
		"another method":      {"POST", "/oauth/token", "token", "the method and the path are its own"},
		"one method":          {"PUT", "/oauth/token?a=b", "token", "the path exists, the method is POST, not PUT"},
		"two methods":         {"POST", "/api/v2/applications/7", "get", "the path exists, the method is GET or PATCH, not POST"},
		"a typo":              {"GET", "/api/v2/applicatons", "list", `segment 3 is "applicatons", not "applications"`},
		"two typos":           {"PATCH", "/api/v2/aplication/7/refresh-secrt", "refresh", `segment 3 is "aplication", not "application", segment 5 is "refresh-secrt", not "refresh-secret"`},
		"typo and method":     {"DELETE", "/api/v2/applicatons", "list", `segment 3 is "applicatons", not "applications", and the method is GET, not DELETE`},
		"case":                {"GET", "/api/v2/Applications", "list", `segment 3 is "Applications", not "applications"`},
		"version":             {"GET", "/api/v1/applications", "list", `segment 2 is "v1", not "v2"`},
		"slash at the end":    {"GET", "/api/v2/applications/", "list", "there is a slash too many"},
		"two slashes":         {"POST", "//oauth/token", "token", "there is a slash too many"},
		"slash missing":       {"GET", "/me", "slash", "the slash at the end is missing"},
		"before it":           {"GET", "/idp/api/v2/applications", "list", "/idp stands before it"},
		"missing before it":   {"GET", "/applications", "list", "/api/v2 is missing before it"},
		"behind it":           {"POST", "/oauth/token/x", "token", `segment 3 "x" is too much`},
		"missing behind it":   {"POST", "/oauth", "token", `segment 2 "token" is missing`},
		"escaped":             {"GET", "/api/v2/%61pplicatons", "list", `segment 3 is "applicatons", not "applications"`},
		"redacted":            {"PATCH", "/api/v2/application/[redacted #00000000]/refresh-secre", "refresh", `segment 5 is "refresh-secre", not "refresh-secret"`},
		"nothing":             {"GET", "/something/else/altogether", "", ""},
		"templates alone":     {"GET", "/x/y/z/w", "", ""},
		"the empty target":    {"GET", "", "root", "the method and the path are its own"},
		"asterisk":            {"OPTIONS", "*", "", ""},
		"many segments":       {"GET", strings.Repeat("/api/v2", 1000), "", ""},
		"a very long segment": {"GET", "/oauth/" + strings.Repeat("x", 2000), "", ""},
	}
	for name, test := range tests {
		op, reason := Nearest(ops, test.method, test.target)
		if op.ID != test.id || reason != test.reason {
			t.Errorf("%s: got %q, %s\nwant %q, %s", name, op.ID, reason, test.id, test.reason)
		}
	}
}

func TestNearestCostsLittleForHostilePaths(t *testing.T) {
	var ops []Operation
	for i := range 300 {
		ops = append(ops, Operation{"p", fmt.Sprint(i), "GET", "/" + strings.Repeat("segment/", 7) + strings.Repeat("x", 60)})
	}
	for name, target := range map[string]string{
		"alike":         "/" + strings.Repeat("segmenx/", 7) + strings.Repeat("x", 59),
		"many slashes":  strings.Repeat("/", 1<<20),
		"long segments": "/" + strings.Repeat(strings.Repeat("x", 250)+"/", 8),
		"escapes":       "/" + strings.Repeat("%61", 600),
	} {
		const looks = 10
		start := time.Now()
		for range looks {
			Nearest(ops, "POST", target)
		}
		if each := time.Since(start) / looks; each > 100*time.Millisecond {
			t.Errorf("%s: %s", name, each)
		}
	}
}
