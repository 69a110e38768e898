package checks

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestStructure has samples whose random part is a digest of their number, so that each
// run sees the same.
func TestStructure(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	sum := func(i int) []byte { all := sha256.Sum256([]byte{byte(i)}); return all[:] }
	hexed := func(i int) string { return hex.EncodeToString(sum(i)) }
	based := base64.RawURLEncoding.EncodeToString
	at := func(i int) time.Time { return now.Add(time.Duration(i/3) * time.Second) } // several in one second
	for name, test := range map[string]struct {
		sample func(i int) string
		want   []string // beginnings
	}{
		"hexadecimal": {hexed, nil},
		"base64":      {func(i int) string { return base64.StdEncoding.EncodeToString(sum(i)) }, nil},
		"digits":      {func(i int) string { return fmt.Sprintf("%020d", binary.BigEndian.Uint64(sum(i))) }, nil},
		"random uuid": {func(i int) string {
			h := hexed(i)
			return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-a" + h[15:18] + "-" + h[18:30]
		}, nil},
		"prefix":                {func(i int) string { return "acme_live_" + hexed(i) }, nil},
		"of different lengths":  {func(i int) string { return hexed(i)[:40+i] }, nil},
		"counter":               {func(i int) string { return fmt.Sprintf("acme-%06d-%s", 40+i, hexed(i)) }, []string{"from character 1 on"}},
		"counter in the middle": {func(i int) string { return hexed(i)[:20] + fmt.Sprintf("%06d", 40+i) + hexed(i)[:20] }, []string{"from character 21 on", "20 of their"}},
		"counter at the end":    {func(i int) string { return hexed(i) + fmt.Sprintf("%04d", 7300-i) }, []string{"from character "}},
		"counter in base64":     {func(i int) string { return based(append([]byte{0, 0, 1, byte(100 + i)}, sum(i)...)) }, []string{"from "}},
		"counted from its end":  {func(i int) string { return based(append(sum(i), byte(100+i), 1, 0, 0)) }, []string{"from "}},
		"seconds":               {func(i int) string { return hexed(i)[:9] + fmt.Sprint(at(i).Unix()) + hexed(i)[20:40] }, []string{"at character 10 "}},
		"seconds in hex":        {func(i int) string { return fmt.Sprintf("%x", at(i).Unix()) + hexed(i) }, []string{"at character 1 "}},
		"uuid of version 7": {func(i int) string {
			h := fmt.Sprintf("%012x", at(i).UnixMilli())
			return h[:8] + "-" + h[8:] + "-7" + hexed(i)[:3] + "-8" + hexed(i)[3:6] + "-" + hexed(i)[6:18]
		}, []string{"at character 2 "}},
		"seconds in base64": {func(i int) string {
			return based(append(binary.BigEndian.AppendUint32(nil, uint32(at(i).Unix())), sum(i)...))
		}, []string{"at byte of what they are in base64 1 "}},
		"one half twice": {func(i int) string { return strings.Repeat(hexed(i)[:20], 2) }, []string{"20 of their characters"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			samples := make([]string, ordered)
			for i := range samples {
				samples[i] = test.sample(i)
			}
			got := structure(samples, now.Add(-time.Minute), now.Add(time.Minute))
			if len(got) != len(test.want) {
				t.Fatalf("found %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("found %q, want %q", got, test.want)
				}
			}
		})
	}
	if got := structure(nil, now, now); got != nil {
		t.Errorf("found %q in nothing", got)
	}
}

func TestUnprintable(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		"":                       "",
		"a blank, a ~ and {\"}!": "",
		"abc\n":                  "U+000A at character 4 of 4",
		"pass\u00e9":             "U+00E9 at character 5 of 5",
		"\u00e9\u00e8":           "U+00E9 at character 1 of 2",
		"a\x7f":                  "U+007F at character 2 of 2",
		"a\xff":                  "a byte that is no UTF-8 at character 2 of 2",
	} {
		if got := unprintable(secret); got != want {
			t.Errorf("%q: %q, want %q", secret, got, want)
		}
	}
}

func TestNearLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 10)
	near := nearLong(long, strings.Repeat("abcdefghij", 10))
	if len(near) < 4 {
		t.Errorf("%d variants of a secret of 100 characters", len(near))
	}
	for _, one := range near {
		if one.value == long || !strings.HasPrefix(one.value, long[:8]) {
			t.Errorf("%s: %q, want another value that begins alike", one.what, one.value)
		}
	}
	if got := nearLong("{secret}", "{secret}{secret}"); len(got) > 1 {
		t.Errorf("%d variants of a short one", len(got))
	}
}
