package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

type object = map[string]any

func sarif(t *testing.T, r *Report) object {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteSARIF(&b); err != nil {
		t.Fatal(err)
	}
	var log object
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log["version"] != "2.1.0" || !strings.HasSuffix(log["$schema"].(string), "sarif-schema-2.1.0.json") {
		t.Errorf("version %v, schema %v", log["version"], log["$schema"])
	}
	runs := log["runs"].([]any)
	if len(runs) != 1 {
		t.Fatalf("%d runs", len(runs))
	}
	return runs[0].(object)
}

func list(of object, name string) []object {
	all := []object{}
	for _, one := range of[name].([]any) {
		all = append(all, one.(object))
	}
	return all
}

func text(of object, name string) string {
	words, _ := of[name].(object)["text"].(string)
	return words
}

// TestSARIFHasWhatIsRequired holds the members to what the schema of SARIF 2.1.0 asks
// for, and to what code scanning does.
func TestSARIFHasWhatIsRequired(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Report{"sample": sample(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := sarif(t, r)
			driver := run["tool"].(object)["driver"].(object)
			if driver["name"] != "keyturn" {
				t.Errorf("the driver is %v", driver["name"])
			}
			rules := list(driver, "rules")
			for i, rule := range rules {
				if rule["id"] == "" || rule["id"] != r.Results[i].ID || text(rule, "shortDescription") == "" || text(rule, "fullDescription") == "" || text(rule, "help") == "" {
					t.Errorf("rule %d lacks something: %v", i, rule)
				}
				if at, there := rule["helpUri"].(string); there && !web(at) {
					t.Errorf("the help of %v is at %s", rule["id"], at)
				}
				if level := rule["defaultConfiguration"].(object)["level"]; !slices.Contains([]any{"error", "warning", "note"}, level) {
					t.Errorf("%v has the level %v", rule["id"], level)
				}
			}
			for _, result := range list(run, "results") {
				sarifResultFits(t, result, rules)
			}
			invocations := list(run, "invocations")
			if len(invocations) != 1 || invocations[0]["executionSuccessful"] == nil {
				t.Fatalf("the invocations are %v", invocations)
			}
			for _, notification := range list(invocations[0], "toolExecutionNotifications") {
				about := notification["associatedRule"].(object)
				if text(notification, "message") == "" || rules[int(about["index"].(float64))]["id"] != about["id"] {
					t.Errorf("a notification lacks something: %v", notification)
				}
			}
		})
	}
}

func sarifResultFits(t *testing.T, result object, rules []object) {
	t.Helper()
	id := result["ruleId"]
	if rules[int(result["ruleIndex"].(float64))]["id"] != id {
		t.Errorf("the index of %v is another's", id)
	}
	words := text(result, "message")
	if words == "" || strings.Contains(words, "](") || strings.Contains(strings.NewReplacer("{{", "", "}}", "").Replace(words), "{") {
		t.Errorf("the message of %v is empty, or would act: %s", id, words)
	}
	at := list(result, "locations")[0]
	uri := at["physicalLocation"].(object)["artifactLocation"].(object)["uri"].(string)
	if uri == "" || strings.ContainsAny(uri, `: \`) || strings.HasPrefix(uri, "/") {
		t.Errorf("the place of %v is %q, expected a path", id, uri)
	}
	for _, logical := range list(at, "logicalLocations") {
		if logical["fullyQualifiedName"] == "" {
			t.Errorf("a logical place of %v has no name", id)
		}
	}
}

// TestSARIFVerdicts sees where each verdict ends up.
func TestSARIFVerdicts(t *testing.T) {
	t.Parallel()
	r := sample()
	run := sarif(t, r)
	levels, suppressed := map[any]any{}, map[any]int{}
	for _, result := range list(run, "results") {
		levels[result["ruleId"]] = result["level"]
		suppressed[result["ruleId"]] = len(list(result, "suppressions"))
	}
	noted := map[any]any{}
	for _, notification := range list(list(run, "invocations")[0], "toolExecutionNotifications") {
		noted[notification["associatedRule"].(object)["id"]] = notification["level"]
	}
	for i := range r.Results {
		result := &r.Results[i]
		var level, note any
		switch result.Verdict {
		case Fail, Waived: // the waived one of the sample is a MUST
			level = "error"
		case Warn:
			level = "warning"
		case Review:
			level = "note"
		case Untested:
			note = "warning"
		case Error:
			note = "error"
		default:
		}
		if levels[result.ID] != level || noted[result.ID] != note {
			t.Errorf("%s is %s: level %v and notification %v, expected %v and %v", result.ID, result.Verdict, levels[result.ID], noted[result.ID], level, note)
		}
		if (suppressed[result.ID] == 1) != (result.Verdict == Waived) {
			t.Errorf("%s is %s and has %d suppressions", result.ID, result.Verdict, suppressed[result.ID])
		}
	}
}

func TestSARIFFingerprintsAreStable(t *testing.T) {
	t.Parallel()
	prints := func(r *Report) map[any]object {
		all := map[any]object{}
		for _, result := range list(sarif(t, r), "results") {
			all[result["ruleId"]] = result["partialFingerprints"].(object)
		}
		return all
	}
	first, later := sample(), sample()
	later.Run.ID, later.Run.Seed, later.Target.URL = "run-another", 1, "http://127.0.0.1:41234"
	for i := range later.Results {
		later.Results[i].Message = "said in other words, of S9#ffff"
		later.Results[i].Findings = nil
	}
	slices.Reverse(later.Results)
	seen := map[any]any{}
	again := prints(later)
	for id, marks := range prints(first) {
		for name, value := range marks {
			if again[id][name] != value {
				t.Errorf("%s of %v was %v and is %v", name, id, value, again[id][name])
			}
			if other, taken := seen[value]; taken {
				t.Errorf("%v and %v share %v", id, other, value)
			}
			seen[value] = id
		}
	}
	other := sample()
	other.Profile.Provider = "angusgm"
	for id, marks := range prints(other) {
		if marks["primaryLocationLineHash"] == again[id]["primaryLocationLineHash"] {
			t.Errorf("%v has one fingerprint for two providers", id)
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"https://id.example.com/api/tenants/acme": "id.example.com/api/tenants/acme",
		"http://127.0.0.1:41234":                  "127.0.0.1",
		"http://localhost:7070/":                  "localhost",
		"http://[::1]:7070/a":                     "1/a",
		"http://[fe80::1]/":                       "fe80--1",
		"":                                        "target",
		"::":                                      "target",
	} {
		if got := (&Report{Target: Target{URL: target}}).place(); got != want {
			t.Errorf("%s is at %s, expected %s", target, got, want)
		}
	}
}
