package console

import (
	"testing"
	"time"
)

func TestShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 1300 * time.Microsecond: "1.3 ms", 1500 * time.Millisecond: "1.5 s", 40 * time.Second: "40 s",
		59*time.Second + 600*time.Millisecond: "1 min", 90 * time.Second: "1 min 30 s", 36 * time.Hour: "1 d 12 h",
		24*time.Hour - time.Second: "1 d", time.Hour - time.Second: "1 h", time.Hour - time.Minute: "59 min", 25*time.Hour + 59*time.Minute: "1 d 2 h", 364 * 24 * time.Hour: "364 d",
	} {
		if got := short(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
	if got := signed(-time.Hour); got != "−1 h" {
		t.Errorf("%q", got)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 1234567: "1 234 567"} {
		if got := group(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
