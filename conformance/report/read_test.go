package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadTakesBackWhatIsWritten(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := sample().WriteJSON(&first); err != nil {
		t.Fatal(err)
	}
	r, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteJSON(&second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Errorf("written, read and written again:\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "not one JSON object"},
		"another value":    {`[1]`, "not one JSON object"},
		"two values":       {`{"schema":"` + Schema + `"} {}`, "not one JSON object"},
		"no schema":        {`{}`, "the member schema is missing, expected " + Schema},
		"a later schema":   {`{"schema":"keyturn.conformance.report/2"}`, `"keyturn.conformance.report/2", expected "` + Schema + `"`},
		"another form":     {`{"schema":"` + Schema + `","results":{}}`, "does not have the form of " + Schema},
		"schema no string": {`{"schema":1}`, "not one JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Go ") {
				t.Errorf("got %v, expected an error with %q", err, c.want)
			}
		})
	}
}

func TestReadPassesOverWhatIsNew(t *testing.T) {
	t.Parallel()
	r, err := Read(strings.NewReader(`{"schema":"` + Schema + `","outcome":"conformant","later":{"a":1}}`))
	if err != nil || r.Outcome != Conformant {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestJSONHasNoNullLists(t *testing.T) {
	t.Parallel()
	r := Report{
		Results:   []Result{{ID: "A-001", Exchanges: []Exchange{{Request: &Message{}}}}},
		Rotations: []Rotation{{Check: "A-001", AcceptedMS: new(1.0), RefusedMS: new(1.0)}},
	}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "null") {
		t.Errorf("a list is null:\n%s", text)
	}
	if r.Notes != nil || r.Results[0].Sources != nil {
		t.Error("writing changed the report")
	}
	if !json.Valid(text) {
		t.Error("the JSON is not valid")
	}
}
