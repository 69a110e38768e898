package wire_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/wire"
)

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", ``, "too early"},
		{"half a value", `{"a":`, "too early"},
		{"a duplicate name", `{"a":1,"a":2}`, "twice"},
		{"a nested duplicate, escaped", `[{"a":1,"\u0061":2}]`, "twice"},
		{"something after the value", `{}x`, "syntax"},
		{"two values", `{} {}`, "syntax"},
		{"invalid UTF-8", "\"\xff\"", "UTF-8"},
		{"a lone surrogate", `"\ud800"`, "syntax"},
		{"a byte order mark", "\ufeff{}", "syntax"},
		{"a bare name", `{a:1}`, "syntax"},
		{"a number for a name", `{1:2}`, "string"},
		{"NaN", `NaN`, "syntax"},
		{"a number out of range", `1e999`, "range"},
	} {
		_, err := wire.Decode([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestAppendAgreesWithEncodingJSON(t *testing.T) {
	tree := wire.Object{
		"null": nil, "yes": true, "text": "a \"quoted\" line\n<密钥>\u0001", "int": 42, "float": 2.5, "large": 1e21,
		"long": int64(1 << 53), "list": wire.Array{1.0, "x", wire.Array{}, wire.Object{}}, "strings": wire.Strings([]string{"b", "a"}), "none": wire.Strings(nil),
	}
	text, err := wire.Append(nil, tree)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var want any
	standard, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(standard, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-encoding/json +wire):\n%s", diff)
	}
	if again, err := wire.Append(nil, tree); err != nil || string(again) != string(text) {
		t.Fatalf("two encodings differ: %s and %s (%v)", text, again, err)
	}
}

func TestAppendLast(t *testing.T) {
	for _, test := range []struct {
		members wire.Object
		want    string
	}{
		{wire.Object{"message": "m", "code": 200, "data": wire.Object{"b": 1}}, `{"code":200,"message":"m","data":{"b":1}}`},
		{wire.Object{"data": nil}, `{"data":null}`},
		{wire.Object{"code": 1}, `{"code":1}`},
		{wire.Object{}, `{}`},
		{wire.Object{"a": 1, "b": 2, "c": 3, "data": 4, "e": 5, "f": 6, "g": 7, "h": 8}, `{"a":1,"b":2,"c":3,"e":5,"f":6,"g":7,"h":8,"data":4}`},
	} {
		got, err := wire.AppendLast(nil, test.members, "data")
		if err != nil || string(got) != test.want {
			t.Errorf("got %s (%v), want %s", got, err, test.want)
		}
	}
}

// TestAppendQuotesLikeTheLibrary puts every byte at every place of texts of up to
// three words of eight.
func TestAppendQuotesLikeTheLibrary(t *testing.T) {
	const longest = 24
	for length := 1; length <= longest; length++ {
		for at := range length {
			for c := range 256 {
				text := bytes.Repeat([]byte{'a'}, length)
				text[at] = byte(c)
				want, wantErr := jsontext.AppendQuote([]byte("before "), text)
				got, err := wire.Append([]byte("before "), string(text))
				if string(got) != string(want) || (err == nil) != (wantErr == nil) {
					t.Fatalf("%q became %s (%v), want %s (%v)", text, got, err, want, wantErr)
				}
			}
		}
	}
}

func TestAppendRefusesWhatIsNoTree(t *testing.T) {
	for _, v := range []any{math.NaN(), math.Inf(1), struct{}{}, wire.Object{"a": wire.Array{make(chan int)}}} {
		if text, err := wire.Append(nil, v); err == nil {
			t.Errorf("%v became %s, want an error", v, text)
		}
	}
}

// FuzzDecode holds the decoder to encoding/json: what it accepts, the standard
// library reads as the same value.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,null,true,"x"]}`, `{"a":1,"a":2}`, `"\ud83d\ude00"`, `{}x`, "\"\xff\"", `1e999`, `[[[[]]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := wire.Decode(data)
		if err != nil {
			return
		}
		var want any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("accepted %q, which encoding/json refuses: %v", data, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-encoding/json +wire):\n%s", data, diff)
		}
		text, err := wire.Append(nil, got)
		if err != nil {
			t.Fatalf("cannot write what was read from %q: %v", data, err)
		}
		again, err := wire.Decode(text)
		if err != nil {
			t.Fatalf("cannot read %q again: %v", text, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Fatalf("round trip of %q (-first +second):\n%s", data, diff)
		}
	})
}

// TestAppendRemembersNoOtherOrder: objects of one size, with other members each time,
// are written as if none had been before.
func TestAppendRemembersNoOtherOrder(t *testing.T) {
	members := func(names string) wire.Object {
		object := wire.Object{}
		for name := range strings.FieldsSeq(names) {
			object[name] = wire.Object{name: 1.0}
		}
		return object
	}
	for range 3 {
		for _, names := range []string{
			"a b c d e f g h", "h g f e d c b a", "a b c d e f g i", "0 b c d e f g h", "a b c d e f g \u00e9\"", "a b c d e f g h i",
		} {
			object := members(names)
			want, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := wire.Append([]byte("before "), object); err != nil || string(got) != "before "+string(want) {
				t.Fatalf("%s became %s (%v), want %s", names, got, err, want)
			}
		}
		if got, err := wire.Append(nil, wire.Object{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": make(chan int)}); err == nil {
			t.Fatalf("no JSON became %s", got)
		}
	}
}
