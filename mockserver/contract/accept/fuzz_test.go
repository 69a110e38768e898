package accept

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzAccept holds the compiled functions to kin-openapi's answers for any JSON, with
// numbers read in both ways. The schema is the one of that index, counted around.
func FuzzAccept(f *testing.F) {
	var all []subject
	for _, one := range groups(f) {
		all = append(all, one.subjects...)
	}
	made := newGenerator(1, 1)
	for i, one := range all {
		if text, err := json.Marshal(made.value(one.schema.NewRef(), 0)); err == nil && i%40 == 0 {
			f.Add(uint(i), string(text))
		}
	}
	for _, text := range []string{`null`, `-0`, `1e400`, `9223372036854775808`, `"\ud800"`, `["a","a"]`, `{"a":{"a":[1,1.0]}}`, `[[],{}]`} {
		f.Add(uint(0), text)
	}
	f.Fuzz(func(t *testing.T, index uint, text string) {
		one := all[index%uint(len(all))]
		for name, value := range readings(text) {
			if got, want := one.compiled(value), one.kin(value); got != want {
				t.Errorf("%s: compiled %t, kin-openapi %t\n%s", name, got, want, one.describe(0, value))
			}
		}
	})
}

// readings are the values that a text is read as, none where it is no JSON.
func readings(text string) map[string]any {
	all := map[string]any{}
	var floats, numbers any
	if json.Unmarshal([]byte(text), &floats) == nil {
		all["numbers as float64"] = floats
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if decoder.Decode(&numbers) == nil {
		all["numbers as json.Number"] = numbers
	}
	return all
}
