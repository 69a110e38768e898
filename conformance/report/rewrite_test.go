package report

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const planted = "s3cr3t"

// plant puts the marker into every plain string that a report can hold: each pointer
// is set, each slice has one element and each map one entry. It counts them.
func plant(v reflect.Value) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		if v.Type().PkgPath() == "" {
			v.SetString("a " + planted + " b")
			n++
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		n += plant(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return 0
		}
		for _, field := range v.Fields() {
			n += plant(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		n += plant(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		n += plant(value)
		v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), value)
	}
	return n
}

func TestRewriteReachesEveryString(t *testing.T) {
	t.Parallel()
	var r Report
	there := plant(reflect.ValueOf(&r).Elem())
	calls := 0
	r.Rewrite(func(s string) string {
		calls++
		return strings.ReplaceAll(s, planted, "S1#a1b2")
	})
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if there < 60 || calls != there {
		t.Errorf("%d strings were planted and %d rewritten", there, calls)
	}
	if strings.Contains(string(text), planted) {
		t.Errorf("a string was not reached:\n%s", text)
	}
	if n := strings.Count(string(text), "S1#a1b2"); n != there {
		t.Errorf("%d of %d strings are in the JSON", n, there)
	}
}

func TestRewriteLeavesVerdictsAndKeys(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Rewrite(func(string) string { return "x" })
	if r.Outcome != Nonconformant || r.Results[0].Verdict != Pass || r.Counts[Fail] == 0 {
		t.Error("a verdict or the outcome was rewritten")
	}
	if r.Profile.Policy["readback"] != "x" {
		t.Errorf("the value of a map was not rewritten, or its key was: %v", r.Profile.Policy)
	}
	if r.Run.Started.IsZero() {
		t.Error("a time was touched")
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":          "plain",
		"line\n\ttab":    "line\n\ttab",
		"密钥 é":           "密钥 é",
		"\x1b[31m":       `\x1b[31m`,
		"a\r\nb":         "a\\r\nb",
		"a\xffb":         "a\uFFFDb",
		"\u202edlrow":    `\u202edlrow`,
		"\x00\x7f\u0085": `\x00\x7f\u0085`,
	} {
		if got := visible(in); got != want {
			t.Errorf("%q is shown as %q, expected %q", in, got, want)
		}
	}
}

func TestPrintableLeavesTheReportAlone(t *testing.T) {
	t.Parallel()
	var r Report
	plant(reflect.ValueOf(&r).Elem())
	r.Rewrite(func(string) string { return "\x1b" })
	before, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	shown, err := r.printable().JSON()
	if err != nil {
		t.Fatal(err)
	}
	after, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) || strings.Contains(string(shown), `"\u001b"`) {
		t.Error("the copy shares something with the report, or kept a control character")
	}
}
