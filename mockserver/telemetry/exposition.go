package telemetry

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Types of metrics as the text format names them.
const (
	counterType   = "counter"
	gaugeType     = "gauge"
	histogramType = "histogram"
)

// family is all series of one name.
type family struct {
	name, kind, help string
	mu               sync.Mutex
	series           map[string]series // by labels as they are written
}

// series writes its lines. Labels are as in the text format, without braces.
type series interface {
	write(to *bytes.Buffer, name, labels string)
}

func newFamily(name, kind, help string) *family {
	return &family{name: name, kind: kind, help: help, series: map[string]series{}}
}

// seriesOf returns the one with these labels, and the one given when there is none yet.
func seriesOf[S series](f *family, labels string, added S) S {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found, ok := f.series[labels].(S); ok {
		return found
	}
	f.series[labels] = added
	return added
}

func (f *family) counter(labels string) *counter { return seriesOf(f, labels, &counter{}) }

func (f *family) histogram(labels string) *histogram {
	return seriesOf(f, labels, &histogram{counts: make([]atomic.Uint64, len(buckets)+1)})
}

func (f *family) write(w io.Writer) {
	f.mu.Lock()
	all := maps.Clone(f.series)
	f.mu.Unlock()
	if len(all) == 0 {
		return
	}
	var page bytes.Buffer
	page.WriteString("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " " + f.kind + "\n")
	for _, labels := range slices.Sorted(maps.Keys(all)) {
		all[labels].write(&page, f.name, labels)
	}
	_, _ = w.Write(page.Bytes())
}

func writeLine(to *bytes.Buffer, name, labels string, value float64) {
	to.WriteString(name)
	if labels != "" {
		to.WriteString("{" + labels + "}")
	}
	to.WriteByte(' ')
	to.Write(strconv.AppendFloat(to.AvailableBuffer(), value, 'f', -1, 64))
	to.WriteByte('\n')
}

type counter struct{ count atomic.Uint64 }

func (c *counter) inc() { c.count.Add(1) }

func (c *counter) write(to *bytes.Buffer, name, labels string) {
	writeLine(to, name, labels, float64(c.count.Load()))
}

// reading is a series that is asked when it is written.
type reading func() float64

func (r reading) write(to *bytes.Buffer, name, labels string) { writeLine(to, name, labels, r()) }

// buckets are the upper ends of a histogram's. A stand-in answers in tens of microseconds,
// and in seconds where a fault says so.
var buckets = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// histogram counts each duration in one bucket, the last of which has no end, and adds
// them up when it is written. The sum can be ahead of the counts by what is being counted.
type histogram struct {
	counts []atomic.Uint64
	sum    atomic.Int64 // nanoseconds, enough for 292 years
}

func (h *histogram) observe(took time.Duration) {
	h.sum.Add(int64(took))
	for i, end := range &buckets {
		if took <= end {
			h.counts[i].Add(1)
			return
		}
	}
	h.counts[len(buckets)].Add(1)
}

func (h *histogram) write(to *bytes.Buffer, name, labels string) {
	total := uint64(0)
	for i := range h.counts {
		total += h.counts[i].Load()
		end := "+Inf"
		if i < len(buckets) {
			end = strconv.FormatFloat(buckets[i].Seconds(), 'f', -1, 64)
		}
		writeLine(to, name+"_bucket", labels+`,le="`+end+`"`, float64(total))
	}
	writeLine(to, name+"_sum", labels, time.Duration(h.sum.Load()).Seconds())
	writeLine(to, name+"_count", labels, float64(total))
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// label writes names and values by turns.
func label(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(pairs[i] + `="` + escapes.Replace(strings.ToValidUTF8(pairs[i+1], "?")) + `"`)
	}
	return b.String()
}
