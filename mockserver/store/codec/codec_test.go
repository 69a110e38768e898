package codec_test

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

var born = time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)

func full() client.Client {
	gone := client.NewSecret("secret-1", "first-value", born)
	gone.ExpiresAt, gone.DeletedAt = born.Add(time.Hour), time.Date(1932, 1, 2, 3, 4, 5, 999_999_999, time.UTC)
	return client.Client{
		Key: client.Key{Realm: "realm", ID: "a"}, ClientID: "client-a", Tenant: "tenant", Alias: "alias", Enabled: true,
		Secrets:       []client.Secret{gone, client.NewSecret("secret-2", "second-value", born).Sealed()},
		RevokedTokens: client.Revocations{}.With("token", born.Add(time.Hour), born).With("another", born.Add(time.Minute), born),
		Attributes: client.NewAttributes(map[string]any{
			"text": "café 密钥", "flag": true, "off": false, "count": -3.5, "none": nil, "": "",
			"list": []any{"a", nil, []any{}, map[string]any{"deep": "b"}}, "tree": map[string]any{"x": map[string]any{}},
		}),
		CreatedAt: born, UpdatedAt: born.Add(time.Second),
	}
}

var compare = cmp.Options{
	cmp.Comparer(func(a, b client.Value) bool { return a.Reveal() == b.Reveal() }),
	cmp.Transformer("members", func(a client.Attributes) map[string]any { return maps.Collect(a.All()) }),
	cmp.Transformer("revocations", func(r client.Revocations) map[string]time.Time { return maps.Collect(r.All()) }),
}

func encode(tb testing.TB, c client.Client) []byte {
	tb.Helper()
	data, err := codec.Append([]byte("before"), &c)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.TrimPrefix(data, []byte("before"))
}

func TestEveryFieldIsReadBack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]client.Client{"full": full(), "empty": {}} {
		data := encode(t, want)
		got, err := codec.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if again := encode(t, got); !bytes.Equal(data, again) {
			t.Errorf("%s is %x once and %x the next time", name, data, again)
		}
	}
}

// TestNoPartIsTakenForTheWhole cuts, lengthens and changes what was written.
func TestNoPartIsTakenForTheWhole(t *testing.T) {
	t.Parallel()
	data := encode(t, full())
	for n := range data {
		if _, err := codec.Decode(data[:n]); err == nil {
			t.Errorf("%d of %d bytes are read as a client", n, len(data))
		}
	}
	if _, err := codec.Decode(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte too many is not noticed")
	}
	later := bytes.Clone(data)
	later[0] = 2
	if _, err := codec.Decode(later); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("a later format: got %v", err)
	}
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	t.Parallel()
	c := full()
	c.Attributes = client.NewAttributes(map[string]any{"list": []any{1}})
	if _, err := codec.Append(nil, &c); err == nil || !strings.Contains(err.Error(), "list: 0: a int") {
		t.Errorf("got %v", err)
	}
}

// FuzzDecode wants no crash, and what is read to be the same when it is read again.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, full()))
	f.Add(encode(f, client.Client{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := codec.Decode(data)
		if err != nil {
			return
		}
		again, err := codec.Decode(encode(t, c))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encode(t, c), encode(t, again)); diff != "" {
			t.Errorf("read twice (-first +second):\n%s", diff)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := encode(b, full())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
