package packed_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/specs/packed"
)

func TestUnpackReturnsWhatWasPacked(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string][]byte{
		"nothing":               {},
		"one":                   {"a": []byte("text\n")},
		"no end of line":        {"a": []byte("text"), "b/c": []byte("7 d\ntext")},
		"an empty file":         {"a": {}, "b": []byte("x")},
		"bytes":                 {"a": {0, 255, '\n', 10, 0}},
		"two of the same":       {"a": []byte("x"), "b": []byte("y"), "c": []byte("x")},
		"several that are like": {"a": []byte(strings.Repeat("abc", 1000)), "b": []byte(strings.Repeat("abc", 1001))},
	} {
		stream, err := packed.Pack(files)
		if err != nil {
			t.Fatal(err)
		}
		got, err := packed.Unpack(string(stream))
		if diff := cmp.Diff(files, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		again, err := packed.Pack(got)
		if err != nil || !bytes.Equal(stream, again) {
			t.Errorf("%s: packed again, it is another stream (%v)", name, err)
		}
	}
}

func TestContentsAreShared(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	one, err := packed.Pack(map[string][]byte{"a": noise})
	if err != nil {
		t.Fatal(err)
	}
	two, err := packed.Pack(map[string][]byte{"a": noise, "b": noise})
	if err != nil || len(two) > len(one)+10 {
		t.Errorf("a file under two names takes %d bytes, under one %d (%v)", len(two), len(one), err)
	}
}

func TestNamesWithoutWhiteSpace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "a b", " a", "a\n"} {
		if _, err := packed.Pack(map[string][]byte{name: nil}); err == nil || !strings.Contains(err.Error(), "white space") {
			t.Errorf("%q: %v, want an error that says why", name, err)
		}
	}
}

func TestUnpackErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"no name":             {"4\nabcd", "a length and a name"},
		"no number":           {"four a\nabcd", "the length is four"},
		"a negative length":   {"-1 a\nabcd", "the length is -1"},
		"more than there is":  {"5 a\nabcd", "the length is 5, and 4 bytes are left"},
		"a line without more": {"5 a", "0 bytes are left"},
	} {
		var stream bytes.Buffer
		packer := gzip.NewWriter(&stream)
		if _, err := packer.Write([]byte(test.text)); err != nil {
			t.Fatal(err)
		}
		if err := packer.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := packed.Unpack(stream.String()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, test.want)
		}
		if _, err := packed.Unpack(stream.String()[:stream.Len()-1]); err == nil {
			t.Errorf("%s: a stream cut short is read", name)
		}
	}
	if _, err := packed.Unpack("no stream"); err == nil {
		t.Error("a text is read as a stream")
	}
}

func TestGather(t *testing.T) {
	t.Parallel()
	from := fstest.MapFS{"a.yaml": {Data: []byte("1")}, "b/c.yaml": {Data: []byte("2")}, "b/d.txt": {Data: []byte("3")}}
	got, err := packed.Gather(from, "*.yaml", "b/*.yaml")
	if diff := cmp.Diff(map[string][]byte{"a.yaml": []byte("1"), "b/c.yaml": []byte("2")}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, pattern := range []string{"*.json", "["} {
		if _, err := packed.Gather(from, "*.yaml", pattern); err == nil || !strings.Contains(err.Error(), "pattern "+pattern) {
			t.Errorf("%s: %v, want an error that names it", pattern, err)
		}
	}
}

// TestRenewKeepsWhatIsCurrent: a stream of the same files stays as it is, however it is
// compressed, and anything else gives way.
func TestRenewKeepsWhatIsCurrent(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"a": []byte("text")}
	var current bytes.Buffer
	packer, err := gzip.NewWriterLevel(&current, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := packer.Write([]byte("4 a\ntext")); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := packed.Pack(map[string][]byte{"a": []byte("another text")})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		old  []byte
		kept bool
	}{
		"current":     {current.Bytes(), true},
		"other files": {other, false},
		"no stream":   {[]byte("text"), false},
		"no file":     {nil, false},
	} {
		path := filepath.Join(t.TempDir(), "files.gz")
		if test.old != nil {
			if err := os.WriteFile(path, test.old, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := packed.Renew(path, files); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := packed.Unpack(string(written))
		if diff := cmp.Diff(files, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		if kept := bytes.Equal(written, test.old); kept != test.kept {
			t.Errorf("%s: kept is %v, want %v", name, kept, test.kept)
		}
	}
}
