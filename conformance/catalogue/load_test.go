package catalogue

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/specs/packed"
)

const (
	smallIndex = "version: \"2026.1\"\nfamilies: [ROT-rotation]\ndocuments: [acme]\n"
	smallPage  = `provider: acme
prefix: AC
title: Acme
promises:
  - {id: AC-01, place: Head, says: It rotates.}
  - {id: AC-02, place: Foot, says: It is nice., aside: Taste.}
`
	smallFamily = `family: ROT
name: Rotation
about: Secrets.
checks:
  - id: ROT-001
    revision: 1
    since: "2026.1"
    title: It rotates
    statement: It does.
    level: MUST
    safety: write
    requests: 2
    applies: {operations: [rotate], policy: {rotation: [replace]}, features: [cap]}
    needs: [oracle]
    sources:
      - document: AC-01
      - {rfc: 9110 section 9.2.1, url: "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1"}
      - practice: Everybody does
    why: Because.
    fix: Do it.
`
)

// small is a catalogue of one check, with one text of one file replaced; of none where
// the file is "".
func small(file, old, replacement string) map[string][]byte {
	texts := map[string]string{
		indexFile: smallIndex, "checks/ROT-rotation.yaml": smallFamily, "promises/acme.yaml": smallPage,
	}
	if file != "" {
		texts[file] = strings.Replace(texts[file], old, replacement, 1)
	}
	files := map[string][]byte{}
	for name, text := range texts {
		files[name] = []byte(text)
	}
	return files
}

func TestLoadFrom(t *testing.T) {
	t.Parallel()
	got, err := loadFrom(small("", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	want := &Catalogue{
		Version: "2026.1",
		Digest:  got.Digest,
		Families: []Family{{ID: "ROT", Name: "Rotation", About: "Secrets.", Checks: []Check{{
			ID: "ROT-001", Revision: 1, Since: "2026.1", Title: "It rotates", Statement: "It does.",
			Level: Must, Safety: Write, Requests: 2,
			Applies: Applies{
				Operations: []string{"rotate"},
				Policy:     map[string][]string{"rotation": {"replace"}},
				Features:   []string{"cap"},
			},
			Needs: []string{"oracle"},
			Sources: []Source{
				{Document: "AC-01"},
				{RFC: "9110 section 9.2.1", URL: "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1"},
				{Practice: "Everybody does"},
			},
			Why: "Because.", Fix: "Do it.",
		}}}},
		Documents: []Document{{Provider: "acme", Prefix: "AC", Title: "Acme", Promises: []Promise{
			{ID: "AC-01", Place: "Head", Says: "It rotates."},
			{ID: "AC-02", Place: "Foot", Says: "It is nice.", Aside: "Taste."},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	other, err := loadFrom(small("promises/acme.yaml", "nice", "fine"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Digest) != 64 || other.Digest == got.Digest {
		t.Errorf("digests %q and %q, want two of 64 digits that differ", got.Digest, other.Digest)
	}
}

// TestLoadErrors demands the file with the line or the id, and what was expected.
func TestLoadErrors(t *testing.T) {
	t.Parallel()
	const checks, page = "checks/ROT-rotation.yaml", "promises/acme.yaml"
	for _, test := range []struct{ name, file, old, replacement, want string }{
		{"no version", indexFile, `version: "2026.1"`, "", `index.yaml: version: "", want one such as 2026.1`},
		{"a file that is not there", indexFile, "[acme]", "[acme, other]", "promises/other.yaml: file does not exist"},
		{"a file nobody lists", indexFile, "[acme]", "[]", "promises/acme.yaml: not listed in index.yaml"},
		{"an empty file", page, smallPage, "", "promises/acme.yaml: the file is empty"},
		{"an unknown key", checks, "    level: MUST\n", "    level: MUST\n    levle: MUST\n", `checks/ROT-rotation.yaml:11: unknown key "levle"`},
		{"a key given twice", checks, "    level: MUST\n", "    level: MUST\n    level: MUST\n", "checks/ROT-rotation.yaml:11: "},
		{"a wrong type", checks, "requests: 2", "requests: two", "checks/ROT-rotation.yaml:12: cannot unmarshal text `two` into int"},
		{"two documents", page, "promises:", "---\npromises:", "promises/acme.yaml: want one YAML document"},
		{"another family", checks, "family: ROT", "family: DEL", `checks/ROT-rotation.yaml: family: "DEL", want the beginning of the file's name, "ROT"`},
		{"a family without a name", checks, "name: Rotation", "", "checks/ROT-rotation.yaml: name: is missing"},
		{"an id of another family", checks, "id: ROT-001", "id: DEL-001", `DEL-001: id: "DEL-001", want ROT- and three digits`},
		{"an alias that is no id", checks, "    title", "    aliases: [old]\n    title", `ROT-001: aliases: "old" is no id`},
		{"an alias that is taken", checks, "    title", "    aliases: [ROT-001]\n    title", "ROT-001: ROT-001 is taken, in checks/ROT-rotation.yaml"},
		{"no revision", checks, "revision: 1", "revision: 0", "ROT-001: revision: 0, want 1 or more"},
		{"no version of origin", checks, `since: "2026.1"`, `since: soon`, `ROT-001: since: "soon", want a version`},
		{"retired in no version", checks, "    title", "    retired: now\n    title", `ROT-001: retired: "now", want a version`},
		{"a long title", checks, "title: It rotates", "title: " + strings.Repeat("é", 73), "ROT-001: title: 73 characters, want at most 72"},
		{"a title with a stop", checks, "title: It rotates", "title: It rotates.", "ROT-001: title: ends in a full stop"},
		{"no title", checks, "title: It rotates", "title: ''", "ROT-001: title: is missing"},
		{"no statement", checks, "statement: It does.", "", "ROT-001: statement: is missing"},
		{"no reason", checks, "why: Because.", "", "ROT-001: why: is missing"},
		{"no remedy", checks, "fix: Do it.", "", "ROT-001: fix: is missing"},
		{"a level that is none", checks, "level: MUST", "level: HAVE", `ROT-001: level: "HAVE" is unknown`},
		{"a safety that is none", checks, "safety: write", "safety: none", `ROT-001: safety: "none" is unknown`},
		{"a scope that is none", checks, "    requests", "    scope: all\n    requests", `ROT-001: scope: "all" is unknown`},
		{"a check that sends nothing", checks, "requests: 2", "requests: 0", "ROT-001: requests: 0, want about how many"},
		{"an operation that is none", checks, "operations: [rotate]", "operations: [spin]", `ROT-001: applies.operations: "spin" is unknown`},
		{"an alternative that is none", checks, "{operations", "{any: [spin], operations", `ROT-001: applies.any: "spin" is unknown`},
		{"an operation given twice", checks, "operations: [rotate]", "operations: [rotate, rotate]", `ROT-001: applies.operations: "rotate" is given twice`},
		{"a fact that is none", checks, "{rotation:", "{spin:", `ROT-001: applies.policy: "spin" is unknown`},
		{"a fact without values", checks, "rotation: [replace]", "rotation: []", "ROT-001: applies.policy.rotation: has no value"},
		{"a value that is none", checks, "rotation: [replace]", "rotation: [swap]", `ROT-001: applies.policy.rotation: "swap" is unknown, want one of ["replace" "add" "grace"]`},
		{"a feature that is none", checks, "features: [cap]", "features: [hat]", `ROT-001: applies.features: "hat" is unknown`},
		{"a need that is none", checks, "needs: [oracle]", "needs: [luck]", `ROT-001: needs: "luck" is unknown`},
		{"no source", checks, smallFamily[strings.Index(smallFamily, "    sources:"):strings.Index(smallFamily, "    why")], "", "ROT-001: sources: there are none"},
		{"a source of two kinds", checks, "document: AC-01", "{document: AC-01, practice: x}", "ROT-001: sources[0]: has 2 of rfc, document and practice, want one"},
		{"a source of no kind", checks, "document: AC-01", "url: https://example.org", "ROT-001: sources[0]: has 0 of rfc"},
		{"a source given twice", checks, "practice: Everybody does", "document: AC-01", "ROT-001: sources[2]: is given twice"},
		{"a promise that is not there", checks, "document: AC-01", "document: AC-09", "ROT-001: sources[0].document: there is no promise AC-09"},
		{"a promise set aside", checks, "document: AC-01", "document: AC-02", "ROT-001: sources[0].document: AC-02 is set aside"},
		{"a clause that is none", checks, "9110 section 9.2.1", "9110 s9.2.1", `ROT-001: sources[1].rfc: "9110 s9.2.1", want one such as`},
		{"a clause with another's address", checks, "rfc9110#section-9.2.1", "rfc9110#section-9.2.2", "ROT-001: sources[1].url: "},
		{"a practice without TLS", checks, "practice: Everybody does", "{practice: x, url: 'http://example.org'}", "ROT-001: sources[2].url: "},
		{"another provider", page, "provider: acme", "provider: other", `promises/acme.yaml: provider: "other", want the file's name, "acme"`},
		{"a prefix that is none", page, "prefix: AC", "prefix: ACME", `promises/acme.yaml: prefix: "ACME", want two capitals`},
		{"a page without a title", page, "title: Acme", "", "promises/acme.yaml: title: is missing"},
		{"a gap", page, "id: AC-02", "id: AC-03", "promises/acme.yaml: AC-03: id: want AC-02 here"},
		{"no place", page, "place: Foot, ", "", "promises/acme.yaml: AC-02: place: is missing"},
		{"a promise of nothing", page, "says: It rotates.", "", "promises/acme.yaml: AC-01: says: is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := loadFrom(small(test.file, test.old, test.replacement))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestLoadErrorsInOrder(t *testing.T) {
	t.Parallel()
	_, check, _ := strings.Cut(smallFamily, "checks:\n")
	files := small("checks/ROT-rotation.yaml", smallFamily, smallFamily+strings.Replace(check, "ROT-001", "ROT-000", 1))
	want := "checks/ROT-rotation.yaml: ROT-000: id: comes after ROT-001"
	if _, err := loadFrom(files); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want an error with %q", err, want)
	}
}

// TestLoadJoinsErrors: whoever edits a file sees all that is wrong at once.
func TestLoadJoinsErrors(t *testing.T) {
	t.Parallel()
	_, err := loadFrom(small("checks/ROT-rotation.yaml", "    level: MUST\n    safety: write\n", "    level: HAVE\n    safety: none\n"))
	for _, want := range []string{`level: "HAVE"`, `safety: "none"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

// TestStreamIsCurrent compares what the binary holds with the files it is made from.
func TestStreamIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := packed.Gather(os.DirFS("."), indexFile, checksFile("*"), promisesFile("*"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := packed.Unpack(stream)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("catalogue.gz is not what the files are: run make generate (%v, -files +stream):\n%s", err, diff)
	}
}

func TestTraceabilityIsCurrent(t *testing.T) {
	t.Parallel()
	loaded, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile("TRACEABILITY.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(loaded.Traceability()), string(written)); diff != "" {
		t.Errorf("TRACEABILITY.md is not what the catalogue gives: run make generate (-catalogue +file):\n%s", diff)
	}
}

func TestTraceability(t *testing.T) {
	t.Parallel()
	files := small("promises/acme.yaml", "aside: Taste.}", "aside: Taste.}\n  - {id: AC-03, place: a|b, says: It ends., unclear: When.}")
	loaded, err := loadFrom(files)
	if err != nil {
		t.Fatal(err)
	}
	text := string(loaded.Traceability())
	for _, want := range []string{
		"\n3 promises: 1 tested, 1 aside, 1 not tested.\n",
		"| AC-01 | Head | It rotates. | ROT-001 |\n",
		"| AC-02 | Foot | It is nice. | aside: Taste. |\n",
		"| AC-03 | a\\|b | It ends. *Open question:* When. | **not tested** |\n",
		"| ROT-001 | MUST | It rotates | [RFC 9110 section 9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1); AC-01; Everybody does |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	loaded.Families[0].Checks[0].Retired = "2026.2"
	if text := string(loaded.Traceability()); !strings.Contains(text, "| AC-01 | Head | It rotates. | **not tested** |") {
		t.Errorf("a retired check still tests in\n%s", text)
	}
}
