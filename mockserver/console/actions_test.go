package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// TestActions presses every button on the same namespace, one after the other.
func TestActions(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	for _, step := range []struct {
		action string
		pairs  []string
		to     string
		done   func() bool
	}{
		{"clock", []string{"advance", "36h"}, "./?done=clock#clock", func() bool { return n.Clock().Now().Equal(start.Add(36 * time.Hour)) }},
		{"clock", []string{"at", "2026-04-01T00:00:00Z", "to", clientPage}, "./client?done=clock&id=my-new-app&realm=identity-service", func() bool {
			return n.Clock().Now().Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
		}},
		{"clock", []string{"state", "freeze"}, "./?done=frozen#clock", func() bool { return n.Clock().Read().Frozen }},
		{"clock", []string{"state", "run"}, "./?done=running#clock", func() bool { return !n.Clock().Read().Frozen && n.Clock().Now().After(start) }},
		{"snapshot", []string{"name", "before"}, "./?done=snapshot#snapshots", func() bool { return len(n.Snapshots()) == 1 }},
		{"clock", []string{"state", "release"}, "./?done=released#clock", func() bool { return n.Clock().Now().Equal(start) }},
		{"fault", []string{"match-provider", "identity-service", "match-nth", "3", "effect-when", "after", "effect-status", "503", "times", "1"}, "./?done=fault#faults", func() bool {
			list := n.Faults().List()
			return len(list) == 1 && list[0].Match.Nth == 3 && list[0].Effect.Status == 503 && list[0].Effect.When == fault.After && list[0].Times == 1
		}},
		{"fault", []string{"effect-latency-uniform-min", "1ms", "effect-latency-uniform-max", "9ms", "effect-reset", "true"}, "./?done=fault#faults", func() bool {
			list := n.Faults().List()
			return len(list) == 2 && list[1].Effect.Reset && list[1].Effect.Latency.Uniform != nil
		}},
		{"fault-remove", []string{"id", "f1"}, "./?done=fault-removed#faults", func() bool { return len(n.Faults().List()) == 1 }},
		{"fault-remove", nil, "./?done=faults-cleared#faults", func() bool { return len(n.Faults().List()) == 0 }},
		{"propagation", []string{"accept_new_after", "20s", "refuse_old_after", "30s", "replicas", "2"}, "./?done=propagation#propagation", func() bool {
			settings := n.Propagation().Settings()
			return settings.Replicas == 2 && settings.AcceptNewAfter.String() == "20s" && settings.RefuseOldAfter.String() == "30s"
		}},
		{"defect", []string{"on", "old-secret-lives-3s"}, "./?done=defect-on#defects", func() bool { return len(n.Defects()) == 1 }},
		{"defect", []string{"on", "reader-may-write", "to", "defects"}, "./defects?done=defect-on", func() bool { return len(n.Defects()) == 2 }},
		{"defect", []string{"off", "old-secret-lives-3s"}, "./?done=defect-off#defects", func() bool { return len(n.Defects()) == 1 }},
		{"defect", []string{"off", "*", "to", "defects"}, "./defects?done=defects-off", func() bool { return len(n.Defects()) == 0 }},
		{"snapshot-use", []string{"name", "before", "do", "restore"}, "./?done=restored#snapshots", func() bool { return n.Clock().Now().After(start) }},
		{"snapshot-use", []string{"name", "before", "do", "delete"}, "./?done=snapshot-deleted#snapshots", func() bool { return len(n.Snapshots()) == 0 }},
		{"reset", nil, "./?done=reset", func() bool { return n.Clock().Now().Equal(start) }},
		{"namespace", []string{"name", "mine", "seed", "7", "idle", "10m"}, "../../ns/mine/__admin/ui/?done=namespace", func() bool {
			made, err := s.namespaces.Find(t.Context(), "mine")
			return err == nil && made.Idle() == 10*time.Minute
		}},
		{"namespace-open", []string{"name", "mine"}, "../../ns/mine/__admin/ui/", func() bool { return true }},
		{"/ns/mine" + console.Path + "namespace-open", []string{"name", "default"}, "../../../../__admin/ui/", func() bool { return true }},
		{"/ns/mine" + console.Path + "clock", []string{"advance", "1h"}, "./?done=clock#clock", func() bool { return n.Clock().Now().Equal(start) }},
		{"/ns/mine" + console.Path + "namespace-delete", []string{"name", "mine"}, "../../../../__admin/ui/namespaces?done=namespace-deleted", func() bool {
			_, err := s.namespaces.Find(t.Context(), "mine")
			return err != nil
		}},
	} {
		got := s.post(step.action, step.pairs...)
		if got.status != http.StatusSeeOther || got.header.Get("Location") != step.to {
			t.Errorf("%s %v: status %d to %q, want %q\n%.200s", step.action, step.pairs, got.status, got.header.Get("Location"), step.to, complaint(got.body))
		}
		if !step.done() {
			t.Errorf("%s %v did nothing", step.action, step.pairs)
		}
	}
}

// complaint is the error that a page shows.
func complaint(page string) string {
	_, after, found := strings.Cut(page, `class="error"`)
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(after, "</p>")
	return text
}

// TestRefusedForms are shown again with what was typed, and say what was expected.
func TestRefusedForms(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	for name, test := range map[string]struct {
		action string
		pairs  []string
		says   string
	}{
		"backwards":            {"clock", []string{"at", "2020-01-01T00:00:00Z"}, "at: 2020-01-01T00:00:00Z would set the clock backwards"},
		"no time":              {"clock", []string{"at", "tomorrow"}, "at: want a time such as"},
		"no duration":          {"clock", []string{"advance", "1 day"}, "is no duration"},
		"below zero":           {"clock", []string{"advance", "-1h"}, "advance: -1h0m0s would set the clock backwards"},
		"a fault for nothing":  {"fault", []string{"match-provider", "nobody", "effect-status", "503"}, "match provider: nothing that is left would match"},
		"a fault with nothing": {"fault", []string{"match-path", "/oauth/token"}, "effect"},
		"no number":            {"fault", []string{"effect-status", "many"}, "effect status: "},
		"no propagation":       {"propagation", []string{"accept_new_after", "soon", "refuse_old_after", "0s", "replicas", "1"}, "is no duration"},
		"too long":             {"propagation", []string{"accept_new_after", "900h", "refuse_old_after", "0s", "replicas", "1"}, "out of range"},
		"no defect":            {"defect", []string{"on", "no-such-defect"}, "no-such-defect"},
		"no snapshot":          {"snapshot-use", []string{"name", "nothing", "do", "restore"}, "nothing"},
		"no name":              {"namespace", []string{"name", "A/B"}, "name: "},
		"taken":                {"namespace", []string{"name", "default"}, "there is a namespace"},
		"no seed":              {"namespace", []string{"name", "a", "seed", "-1"}, "seed: want a whole number"},
		"the default":          {"namespace-delete", []string{"name", "default"}, "cannot be deleted"},
		"nobody's":             {"namespace-open", []string{"name", "nobody"}, "there is no namespace"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.post(test.action, test.pairs...)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(complaint(got.body), test.says) {
				t.Errorf("status %d, says %q, want %q", got.status, complaint(got.body), test.says)
			}
			kept := strings.HasPrefix(test.action, "namespace-") || test.action == "snapshot-use" || strings.Contains(got.body, `value="`+test.pairs[1]+`"`)
			if !kept {
				t.Errorf("what was typed is lost: %v", test.pairs)
			}
		})
	}
	if n := len(s.namespaces.Default().Faults().List()); n != 0 || !s.namespaces.Default().Clock().Now().Equal(start) {
		t.Error("a form that was refused has done something")
	}
}

// TestWaysBack cannot be made to lead elsewhere.
func TestWaysBack(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	for _, to := range []string{"https://example.com/", "//example.com", "/x", "../x", "a/b", `\\example.com`, "javascript:alert(1)", "x\r\nSet-Cookie: a=b"} {
		got := s.post("clock", "advance", "1s", "to", to)
		if location := got.header.Get("Location"); got.status != http.StatusSeeOther || location != "./" {
			t.Errorf("%q leads to %q", to, location)
		}
	}
}

func TestLargeForm(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	if got := s.post("clock", "advance", strings.Repeat("1", 100_000)); got.status != http.StatusBadRequest {
		t.Errorf("status %d for a form without end", got.status)
	}
}

// TestEntersNamespaces sees that what is below /ns/{name} is of that namespace.
func TestEntersNamespaces(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	made, err := s.namespaces.Create(t.Context(), namespace.Plan{Name: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	s.present(made, "nonsense")
	if got := s.get("/ns/mine" + console.Path + "requests").body; !strings.Contains(got, "connect/token") || !strings.Contains(got, ">mine<") {
		t.Error("the namespace's console does not show its requests")
	}
	if got := s.get("requests").body; strings.Contains(got, "connect/token") {
		t.Error("another namespace's requests are shown")
	}
}

// TestHosts go from one to the other where they choose the namespace.
func TestHosts(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	for _, name := range []string{"mine", "yours"} {
		if _, err := s.namespaces.Create(t.Context(), namespace.Plan{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"yours": `href="//yours.localhost:7070/__admin/ui/"`, "default": `href="//localhost:7070/__admin/ui/"`} {
		got := s.from("mine.localhost:7070", "namespace-open", "name="+name)
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("to %s: status %d, want %s\n%.900s", name, got.status, want, got.body)
		}
	}
}
