package main

import (
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

var planted = flag.String("defects", "", "patterns of the defects that the kill matrix plants, separated by commas; all when empty")

// TestKillMatrix plants each defect in the stand-in and has the referee find it:
// through every provider that it shows itself through, by exactly the checks that the
// catalogue says.
func TestKillMatrix(t *testing.T) {
	t.Parallel()
	for _, one := range defect.All() {
		if !matches(*planted, one.ID) {
			continue
		}
		for _, name := range one.Providers {
			t.Run(one.ID+"/"+name, func(t *testing.T) {
				t.Parallel()
				caught, rest := plant(t, name, one.ID)
				t.Logf("%s %s: %s | %s", one.ID, name, strings.Join(caught, ","), rest)
			})
		}
	}
}

// plant runs every check against the stand-in with these defects and returns those
// that fail.
func plant(t *testing.T, name string, defects ...string) (caught []string, rest string) {
	t.Helper()
	bound, err := profile.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	// The stand-in is at once where it says it is, so it can be held to less than a
	// deployment of several machines is.
	bound.Policy.Accept, bound.Policy.Refuse = time.Second, time.Second
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: mocktest.Start(t, mockserver.Options{Defects: defects}).URL, Profile: bound, Checks: checks.All(), Filter: *chosen,
		Journal: filepath.Join(t.TempDir(), "journal.jsonl"), Version: "test", Seed: 1,
		Limits: profile.Limits{Concurrency: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	others := map[string][]string{}
	for _, result := range finished.Results {
		switch result.Verdict {
		case report.Fail, report.Warn:
			caught = append(caught, result.ID)
			if testing.Verbose() {
				for _, f := range result.Findings {
					t.Logf("%s: %s %+v", result.ID, result.Message, f)
				}
			}
		case report.Pass, report.NotApplicable:
		default:
			others[string(result.Verdict)] = append(others[string(result.Verdict)], result.ID)
		}
	}
	for _, verdict := range slices.Sorted(maps.Keys(others)) {
		rest += fmt.Sprintf("%s: %s; ", verdict, strings.Join(others[verdict], ","))
	}
	return caught, rest
}

func matches(patterns, id string) bool {
	return patterns == "" || slices.ContainsFunc(strings.Split(patterns, ","), func(pattern string) bool {
		ok, _ := filepath.Match(pattern, id)
		return ok
	})
}
