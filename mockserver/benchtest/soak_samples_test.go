package benchtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	tenths = 10
	// perTenth makes it a sample each 5 s of ten minutes.
	perTenth = 12
)

// sample is what was seen of the server at a time since the beginning: how many requests
// it had answered, what processor time it had used, and what it held, in MiB.
type sample struct {
	at       time.Duration
	served   int64
	cpu      time.Duration
	resident float64
}

// tenth is what was seen in a tenth of the time: medians, and the processor time a request
// in microseconds.
type tenth struct{ resident, perSecond, micros float64 }

// inTenths wants one sample at the beginning and perTenth in each tenth.
func inTenths(samples []sample) []tenth {
	var all []tenth
	for first := 0; first+perTenth < len(samples); first += perTenth {
		var resident, rates []float64
		for i := first + 1; i <= first+perTenth; i++ {
			before, now := samples[i-1], samples[i]
			resident = append(resident, now.resident)
			rates = append(rates, float64(now.served-before.served)/(now.at-before.at).Seconds())
		}
		began, ended := samples[first], samples[first+perTenth]
		const micros = 1e6
		all = append(all, tenth{
			resident: median(resident), perSecond: median(rates),
			micros: (ended.cpu - began.cpu).Seconds() * micros / float64(max(ended.served-began.served, 1)),
		})
	}
	return all
}

// counts are what a server has open.
type counts struct{ goroutines, files float64 }

// open counts when the connections of before are gone: when it counts the same twice.
func (p *process) open(ctx context.Context) (counts, error) {
	const pause, tries = 200 * time.Millisecond, 25
	var last counts
	for range tries {
		now, err := p.count(ctx)
		if err != nil || now == last {
			return now, err
		}
		last = now
		time.Sleep(pause)
	}
	return last, fmt.Errorf("what the server has open does not settle: %+v", last)
}

func (p *process) count(ctx context.Context) (counts, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.command.Process.Pid))
	if err != nil {
		return counts{}, err
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/metrics", http.NoBody)
	if err != nil {
		return counts{}, err
	}
	ask.Close = true // it must not be a connection that the next count finds
	reply, err := http.DefaultClient.Do(ask)
	if err != nil {
		return counts{}, err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return counts{}, err
	}
	goroutines, err := metric(text, "go_goroutines")
	return counts{goroutines: goroutines, files: float64(len(files))}, err
}

// metric is the value of a metric without labels in what Prometheus is given.
func metric(text []byte, name string) (float64, error) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			return strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
		}
	}
	return 0, errors.New(name + " is missing")
}

// TestInTenths: a server that grows and slows down is seen to, and the one burst and the
// one stop in each tenth are not.
func TestInTenths(t *testing.T) {
	t.Parallel()
	samples := []sample{{}}
	for i := range 2 * perTenth {
		last := samples[i]
		size, rate := 10.0, int64(100)
		if i >= perTenth {
			size, rate = 30, 50
		}
		switch i % perTenth {
		case 3:
			size, rate = 1000, 100_000
		case 4:
			size, rate = 0, 0
		}
		samples = append(samples, sample{
			at: last.at + time.Second, served: last.served + rate, cpu: last.cpu + time.Duration(rate)*time.Millisecond, resident: size,
		})
	}
	want := []tenth{{resident: 10, perSecond: 100, micros: 1000}, {resident: 30, perSecond: 50, micros: 1000}}
	opts := cmp.AllowUnexported(tenth{})
	if diff := cmp.Diff(want, inTenths(samples), opts); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:1], inTenths(samples[:2*perTenth]), opts); diff != "" {
		t.Errorf("a tenth that is not over counts (-want +got):\n%s", diff)
	}
}

// TestHeld: a tenth more is still within, and what is beyond is missed.
func TestHeld(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ended tenth
		want  []string
	}{
		"as it began": {tenth{resident: 20, perSecond: 100, micros: 50}, []string{"met", "met", ""}},
		"within":      {tenth{resident: 21.9, perSecond: 91, micros: 50}, []string{"met", "met", ""}},
		"larger":      {tenth{resident: 22.1, perSecond: 100, micros: 50}, []string{"MISSED", "met", ""}},
		"slower":      {tenth{resident: 20, perSecond: 89, micros: 90}, []string{"met", "MISSED", ""}},
		"better":      {tenth{resident: 10, perSecond: 200, micros: 30}, []string{"met", "met", ""}},
	} {
		s := &soak{tenths: make([]tenth, tenths)}
		s.tenths[1], s.tenths[tenths-1] = tenth{resident: 20, perSecond: 100, micros: 50}, test.ended
		var got []string
		for _, r := range s.held() {
			got = append(got, r.verdict())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: differs (-want +got):\n%s", name, diff)
		}
	}
	rows := held(counts{goroutines: 10, files: 8}, counts{goroutines: 11, files: 9})
	if rows[0].verdict() != "met" || rows[1].verdict() != "MISSED" {
		t.Errorf("one more of ten is %q, want met; one more of eight is %q, want MISSED", rows[0].verdict(), rows[1].verdict())
	}
}

func TestMetric(t *testing.T) {
	t.Parallel()
	text := []byte("# HELP go_goroutines Goroutines that exist.\ngo_goroutines_total 3\ngo_goroutines 12\n")
	if got, err := metric(text, "go_goroutines"); err != nil || got != 12 {
		t.Errorf("got %v, error %v, want 12", got, err)
	}
	if _, err := metric(text, "go_threads"); err == nil {
		t.Error("a metric that is not there is found")
	}
}
