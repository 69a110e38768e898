package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/defect"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

var (
	planted    = flag.String("defects", "", "patterns of the defects that the kill matrix plants, separated by commas; a sample when empty")
	writeKills = flag.Bool("write-kills", false, "write down what finds each planted defect, in place of comparing it")
)

const catalogueFolder = "../../conformance/catalogue"

// sampled is how many defects apart those are that are planted when none are chosen:
// the whole takes minutes, and has a make target of its own.
const sampled = 100

// TestKillMatrix plants each defect in the stand-in and has the referee find it:
// through every provider that it shows itself through, by exactly the checks that the
// catalogue names.
func TestKillMatrix(t *testing.T) {
	t.Parallel()
	known := killsByDefect(t)
	var mu sync.Mutex
	measured := map[string]map[string][]string{}
	servers := &standIns{tb: t}
	t.Cleanup(func() { keepKills(t, measured) })
	for i, one := range defect.All() {
		if *planted == "" && i%sampled != 0 || !matches(*planted, one.ID) {
			continue
		}
		for _, name := range one.Providers {
			t.Run(one.ID+"/"+name, func(t *testing.T) {
				t.Parallel()
				planting := planting{servers: servers, provider: name, defect: one.ID, seed: 1, checks: *chosen}
				if *writeKills {
					caught := plant(t, planting)
					mu.Lock()
					defer mu.Unlock()
					if measured[one.ID] == nil {
						measured[one.ID] = map[string][]string{}
					}
					measured[one.ID][name] = caught
					return
				}
				diff := unlike(t, known[one.ID], planting)
				if diff != "" {
					// Clocks and races are in it, and a machine under load: what is different
					// has to be so again.
					t.Logf("once (-catalogue +measured):\n%s", diff)
					diff = unlike(t, known[one.ID], planting)
				}
				if diff != "" {
					t.Errorf("what finds it is not what the catalogue says (-catalogue +measured):\n%s", diff)
				}
			})
		}
	}
}

// unlike says how what finds a planted defect differs from what the catalogue says.
func unlike(t *testing.T, kill catalogue.Kill, p planting) string {
	t.Helper()
	caught := slices.DeleteFunc(plant(t, p), func(id string) bool { return slices.Contains(kill.Sometimes[p.provider], id) })
	return gocmp.Diff(kill.Caught[p.provider], caught)
}

// TestMeetingRotationsAreFound is the race that matters most: two rotations that meet
// and leave two secrets. Whatever the seed, the concurrency family has to find it.
func TestMeetingRotationsAreFound(t *testing.T) {
	t.Parallel()
	seeds := 2
	if *planted != "" {
		seeds = 20
	}
	servers := &standIns{tb: t}
	for _, name := range []string{"authing-v2", "genauth-v3", "angusgm"} {
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				caught := plant(t, planting{servers: servers, provider: name, defect: "meeting-rotations-leave-two", seed: int64(seed), checks: "CON-*"})
				if len(caught) == 0 {
					t.Error("two rotations that met left two secrets, and nothing found it")
				}
			})
		}
	}
}

// standIns are servers that one run after the other uses: their keys are what takes long
// to make.
type standIns struct {
	tb   testing.TB
	mu   sync.Mutex
	idle []*mocktest.Server
}

func (s *standIns) take() *mocktest.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == 0 {
		return mocktest.Start(s.tb)
	}
	last := s.idle[len(s.idle)-1]
	s.idle = s.idle[:len(s.idle)-1]
	return last
}

func (s *standIns) give(server *mocktest.Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, server)
}

// planting is one run of the referee against one misbehaviour.
type planting struct {
	servers          *standIns
	provider, defect string
	seed             int64
	checks           string // patterns; all when empty
}

// plant returns the checks that find something.
func plant(t *testing.T, p planting) (caught []string) {
	t.Helper()
	bound, err := profile.Builtin(p.provider)
	if err != nil {
		t.Fatal(err)
	}
	// The stand-in is at once where it says it is, so it can be held to less than a
	// deployment of several machines is.
	bound.Policy.Accept, bound.Policy.Refuse = time.Second, time.Second/2
	server := p.servers.take()
	defer p.servers.give(server)
	if err := cmp.Or(server.Reset(t.Context()), server.SetDefects(t.Context(), p.defect)); err != nil {
		t.Fatal(err)
	}
	finished, err := conformance.Run(t.Context(), conformance.Options{
		URL: server.BaseURL(), Profile: bound, Checks: checks.All(), Filter: p.checks,
		Journal: filepath.Join(t.TempDir(), "journal.jsonl"), Version: "test", Seed: p.seed,
		// One check after the other, so that none meets what a defect makes of another.
		Limits: profile.Limits{Concurrency: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	rest := map[report.Verdict][]string{}
	for _, result := range finished.Results {
		switch result.Verdict {
		case report.Fail, report.Warn:
			caught = append(caught, result.ID)
			for _, finding := range result.Findings {
				t.Logf("%s: %s; expected %s; observed %s", result.ID, finding.Message, finding.Expected, finding.Observed)
			}
		case report.Error:
			t.Errorf("%s: a fault of the suite: %s", result.ID, result.Message)
		case report.Pass, report.NotApplicable:
		default:
			rest[result.Verdict] = append(rest[result.Verdict], result.ID)
		}
	}
	t.Logf("%s %s: %s | %v", p.defect, p.provider, strings.Join(caught, ","), rest)
	return caught
}

func matches(patterns, id string) bool {
	return patterns == "" || slices.ContainsFunc(strings.Split(patterns, ","), func(pattern string) bool {
		ok, err := filepath.Match(pattern, id)
		return ok && err == nil
	})
}

func killsByDefect(t *testing.T) map[string]catalogue.Kill {
	t.Helper()
	kills, err := catalogue.Kills()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]catalogue.Kill{}
	for _, kill := range kills {
		known[kill.Defect] = kill
	}
	return known
}

// keepKills writes what was measured into the catalogue, beside what was not measured
// this time.
func keepKills(t *testing.T, measured map[string]map[string][]string) {
	t.Helper()
	if !*writeKills {
		return
	}
	known := killsByDefect(t)
	var text bytes.Buffer
	text.WriteString("# What finds each deliberate misbehaviour of the stand-in, as the kill matrix measured it:\n" +
		"# make matrix ARGS=-write-kills. Look at every line that changes before it is kept.\nkills:\n")
	for _, one := range defect.All() {
		kill := known[one.ID]
		caught := maps.Clone(measured[one.ID])
		if caught == nil {
			caught = kill.Caught
		}
		fmt.Fprintf(&text, "  - defect: %s\n    caught:\n", one.ID)
		writeCaught(&text, one.Providers, caught, kill.Sometimes)
		if len(kill.Sometimes) > 0 {
			text.WriteString("    sometimes:\n")
			writeCaught(&text, one.Providers, kill.Sometimes, nil)
		}
	}
	if err := yaml.Unmarshal(text.Bytes(), new(any)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(catalogueFolder, "kills.yaml"), text.Bytes(), 0o644); err != nil {
		t.Error(err)
	}
}

func writeCaught(text *bytes.Buffer, providers []string, caught, without map[string][]string) {
	for _, name := range providers {
		ids := slices.DeleteFunc(slices.Clone(caught[name]), func(id string) bool { return slices.Contains(without[name], id) })
		if len(ids) > 0 {
			fmt.Fprintf(text, "      %s: [%s]\n", name, strings.Join(ids, ", "))
		}
	}
}
