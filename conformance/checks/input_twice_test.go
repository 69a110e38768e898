package checks

import "testing"

func TestDoubling(t *testing.T) {
	t.Parallel()
	body := map[string]any{"b": "x", "a": 1.0}
	for member, want := range map[string]string{
		"c": `{"a":1,"b":"x","c":"one","c":null}`,
		"b": `{"a":1,"b":"one","b":null}`,
	} {
		if got := string(doubling(member, [2]any{"one", nil})(body)); got != want {
			t.Errorf("%s twice is %s, want %s", member, got, want)
		}
	}
	if got := string(doubling("c", [2]any{1, 2})(map[string]any{})); got != `{"c":1,"c":2}` || len(body) != 2 {
		t.Errorf("of an empty body came %s, and of the other %v", got, body)
	}
}
