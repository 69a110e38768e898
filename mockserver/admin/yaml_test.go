package admin

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

func TestForYAML(t *testing.T) {
	tests := map[string]string{
		`"a\/b"`:               "a/b",
		`"\ud83d\ude00"`:       "😀",
		`"\\ud83d\\ude00"`:     `\ud83d\ude00`,
		`"\\\/"`:               `\/`,
		`"\u00e9\n\t\"\b\f"`:   "é\n\t\"\b\f",
		"\"\u2028\u2029\"":     "\u2028\u2029",
		"\"\x7f\u0085\ufeff\"": "\x7f\u0085\ufeff",
		`"\u0000"`:             "\x00",
		"\"é 😀\"":              "é 😀",
	}
	for text, want := range tests {
		var got string
		if err := yaml.Unmarshal(forYAML([]byte(text)), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestForYAMLKeepsLines(t *testing.T) {
	text := "{\n\t\"a\": \"\\/\u2028\",\n\t\"b\": 1\n}"
	if got := forYAML([]byte(text)); strings.Count(string(got), "\n") != strings.Count(text, "\n") {
		t.Errorf("got %q", got)
	}
}

// FuzzForYAML holds the YAML reader to what the JSON reader says of a text.
func FuzzForYAML(f *testing.F) {
	for _, seed := range []string{"a/b", "😀", "\\", "\x7f\u0085\u2028", "<>&", "\x00\x1f", "\ufffd\ufffe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("no JSON text")
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		spelled := strings.ReplaceAll(string(quoted), "/", `\/`)
		var got string
		if err := yaml.Unmarshal(forYAML([]byte(spelled)), &got); err != nil || got != text {
			t.Errorf("%s: got %q, %v, want %q", spelled, got, err, text)
		}
	})
}
