package fault_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func TestFaultsAreCombined(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []string
		want   string
		check  func(*fault.Outcome) bool
	}{
		"the first end wins": {
			[]string{`{"effect":{"when":"after","status":502}}`, `{"effect":{"status":503}}`, `{"effect":{"reset":true}}`},
			"f1 502 after", func(o *fault.Outcome) bool { return o.Status == 502 && o.Ends == fault.After && !o.Delivery.Reset },
		},
		"latencies add, also behind an end": {
			[]string{`{"effect":{"latency":{"fixed":"1s"}}}`, `{"effect":{"status":503}}`, `{"effect":{"latency":{"fixed":"2s"}}}`},
			"f1 latency 1s, f2 503 before, f3 latency 2s", func(o *fault.Outcome) bool { return o.Wait == 3*time.Second },
		},
		"latencies of both sides": {
			[]string{`{"effect":{"latency":{"fixed":"1s"}}}`, `{"effect":{"when":"after","latency":{"fixed":"2s"}}}`},
			"f1 latency 1s, f2 latency 2s after",
			func(o *fault.Outcome) bool {
				return o.Ends == "" && o.Wait == time.Second && o.Delivery.Wait == 2*time.Second
			},
		},
		"latencies have a bound": {
			[]string{`{"effect":{"latency":{"fixed":"4m"}}}`, `{"effect":{"when":"after","latency":{"fixed":"4m"}}}`, `{"effect":{"latency":{"fixed":"4m"}}}`},
			"f1 latency 4m0s, f2 latency 4m0s after, f3 latency 4m0s",
			func(o *fault.Outcome) bool { return o.Wait+o.Delivery.Wait == fault.MaxLatency },
		},
		"the first shape counts": {
			[]string{`{"effect":{"truncate":1}}`, `{"effect":{"truncate":2,"drip":{"bytes":1,"every":"1s"}}}`, `{"effect":{"drip":{"bytes":9,"every":"1s"}}}`},
			"f1 truncate 1, f2 truncate 2 drip 1 per 1s, f3 drip 9 per 1s",
			func(o *fault.Outcome) bool {
				return o.Ends == "" && *o.Delivery.Truncate == 1 && o.Delivery.Drip.Bytes == 1
			},
		},
		"a reset leaves nothing to shape": {
			[]string{`{"effect":{"reset":true}}`, `{"effect":{"empty":true}}`},
			"f1 reset before", func(o *fault.Outcome) bool { return o.Ends == fault.Before && o.Status == 0 && o.Delivery.Reset },
		},
		"a failure with a shape": {
			[]string{`{"effect":{"status":500,"empty":true,"when":"after"}}`},
			"f1 500 empty after", func(o *fault.Outcome) bool { return o.Delivery.Empty && o.Status == 500 },
		},
		"a throttle with a status": {
			[]string{`{"effect":{"throttle":{"limit":0,"per":"2s"},"status":503}}`},
			"f1 503 before", func(o *fault.Outcome) bool { return o.Status == 503 && o.RetryAfter == 2 },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := armed(t, test.faults...).Hit(asked, nil, noon)
			if o.String() != test.want || !test.check(o) {
				t.Errorf("got %q and %+v, want %q", o, o, test.want)
			}
		})
	}
}

func TestLateFaultIsNotSpent(t *testing.T) {
	t.Parallel()
	set := armed(t, `{"effect":{"status":503},"times":1}`, `{"effect":{"status":500},"times":1}`)
	for _, want := range []string{"f1 503 before", "f2 500 before", ""} {
		if got := set.Hit(asked, nil, noon).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, f := range set.List() {
		if f.Hits != 1 || f.Seen != 3 {
			t.Errorf("%s: got %d hits of %d, want 1 of 3", f.ID, f.Hits, f.Seen)
		}
	}
}

func TestAskedComesFirst(t *testing.T) {
	t.Parallel()
	effect, _, err := fault.Prefer([]string{"throttle=7s, delay=1s"})
	if err != nil {
		t.Fatal(err)
	}
	set := armed(t, `{"effect":{"status":503}}`, `{"effect":{"latency":{"fixed":"1s"}}}`)
	o := set.Hit(asked, effect, noon)
	if o.String() != "prefer latency 1s 429 before, f2 latency 1s" || o.RetryAfter != 7 || o.Wait != 2*time.Second {
		t.Errorf("got %q and %+v", o, o)
	}
	var none *fault.Set
	if o := none.Hit(asked, effect, noon); o == nil || o.Status != 429 {
		t.Errorf("without a set: got %+v", o)
	}
	if none.Active() || none.Hit(asked, nil, noon) != nil || none.List() != nil {
		t.Error("a nil set has faults")
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	draw := func(latency string, n int) []float64 {
		set := armed(t, fmt.Sprintf(`{"match":{"seed":11},"effect":{"latency":%s}}`, latency))
		drawn := make([]float64, n)
		for i := range drawn {
			drawn[i] = float64(set.Hit(asked, nil, noon).Wait)
		}
		return drawn
	}
	const n = 20000
	moments := func(values []float64) (mean, deviation float64) {
		for _, v := range values {
			mean += v / n
		}
		for _, v := range values {
			deviation += (v - mean) * (v - mean) / n
		}
		return mean, math.Sqrt(deviation)
	}
	logs := draw(`{"log_normal":{"median":"50ms","sigma":0.5}}`, n)
	for i := range logs {
		logs[i] = math.Log(logs[i] / 50e6)
	}
	// The standard error of the mean is 0.0035, that of the deviation 0.0025.
	if mean, deviation := moments(logs); math.Abs(mean) > 0.015 || math.Abs(deviation-0.5) > 0.0125 {
		t.Errorf("logarithms: got mean %.4f and deviation %.4f, want 0 and 0.5", mean, deviation)
	}
	uniform := draw(`{"uniform":{"min":"10ms","max":"30ms"}}`, n)
	mean, deviation := moments(uniform)
	if math.Abs(mean-20e6) > 0.2e6 || math.Abs(deviation-20e6/math.Sqrt(12)) > 0.2e6 || slices.Min(uniform) < 10e6 || slices.Max(uniform) > 30e6 {
		t.Errorf("uniform: got mean %.0f, deviation %.0f, from %.0f to %.0f", mean, deviation, slices.Min(uniform), slices.Max(uniform))
	}
	wide := draw(`{"log_normal":{"median":"5m","sigma":10}}`, 1000)
	if slices.Max(wide) != float64(fault.MaxLatency) || slices.Min(wide) < 0 {
		t.Errorf("got from %.0f to %.0f, want nothing above %d and a bound that is reached", slices.Min(wide), slices.Max(wide), fault.MaxLatency)
	}
	same := &fault.Latency{Uniform: &fault.Uniform{Min: wire.Duration(5), Max: wire.Duration(5)}}
	if err := (fault.Fault{Effect: fault.Effect{Latency: same}}).Check(); err != nil {
		t.Error(err)
	}
}
