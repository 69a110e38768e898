package checks

import (
	"strings"
	"testing"
)

func TestWrongAllow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		headers []string
		want    string // part of what is wrong, "" for nothing
	}{
		{"all", []string{"GET, POST"}, ""},
		{"more", []string{"GET,HEAD, OPTIONS ,POST"}, ""},
		{"two headers", []string{"GET", "POST"}, ""},
		{"none", nil, "no Allow header"},
		{"empty", []string{""}, "without GET"},
		{"one missing", []string{"GET"}, "without POST"},
		{"the refused one", []string{"GET, POST, PUT"}, "very method"},
		{"another spelling is another method", []string{"get, post"}, "without GET"},
	} {
		got := wrongAllow(test.headers, []string{"GET", "POST"}, "PUT")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
