package telemetry

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
)

// runtimeMetrics are names that dashboards for Go know, and where runtime/metrics has
// the value.
var runtimeMetrics = []struct{ name, kind, from, help string }{
	{"go_goroutines", gaugeType, "/sched/goroutines:goroutines", "Goroutines that exist."},
	{"go_threads", gaugeType, "/sched/threads/total:threads", "Threads of the system that run Go."},
	{"go_sched_gomaxprocs_threads", gaugeType, "/sched/gomaxprocs:threads", "Threads that may run Go at once."},
	{"go_memstats_alloc_bytes", gaugeType, "/memory/classes/heap/objects:bytes", "Bytes of objects on the heap."},
	{"go_memstats_alloc_bytes_total", counterType, "/gc/heap/allocs:bytes", "Bytes allocated on the heap, freed ones included."},
	{"go_memstats_heap_objects", gaugeType, "/gc/heap/objects:objects", "Objects on the heap."},
	{"go_memstats_next_gc_bytes", gaugeType, "/gc/heap/goal:bytes", "Size of the heap at the end of the next collection."},
	{"go_memstats_sys_bytes", gaugeType, "/memory/classes/total:bytes", "Bytes got from the system."},
	{"go_cpu_classes_gc_total_cpu_seconds_total", counterType, "/cpu/classes/gc/total:cpu-seconds", "Processor time that collections took, an estimate."},
}

func writeRuntime(w io.Writer) {
	samples := make([]metrics.Sample, len(runtimeMetrics))
	for i, from := range runtimeMetrics {
		samples[i].Name = from.from
	}
	metrics.Read(samples)
	for i, of := range runtimeMetrics {
		switch value := samples[i].Value; value.Kind() {
		case metrics.KindUint64:
			writeOne(w, of.name, of.kind, of.help, "", float64(value.Uint64()))
		case metrics.KindFloat64:
			writeOne(w, of.name, of.kind, of.help, "", value.Float64())
		default: // another version of Go may not have it
		}
	}
	writeOne(w, "go_info", gaugeType, "Version of Go; the value is always 1.", label("version", runtime.Version()), 1)
}

func writeOne(w io.Writer, name, kind, help, labels string, value float64) {
	f := newFamily(name, kind, help)
	f.series[labels] = reading(func() float64 { return value })
	f.write(w)
}

// writeProcess writes what proc(5) says, which is nothing where it is not mounted.
func writeProcess(w io.Writer, proc fs.FS) {
	const (
		ticks     = 100 // a second, of every architecture that Go knows
		userTime  = 14  // fields of stat, from 1
		kernel    = 15
		startTime = 22
		virtual   = 23
		resident  = 24
	)
	if stat := statFields(proc); len(stat) > resident {
		writeOne(w, "process_cpu_seconds_total", counterType, "Processor time in all.", "", (stat[userTime]+stat[kernel])/ticks)
		writeOne(w, "process_virtual_memory_bytes", gaugeType, "Memory that is virtual.", "", stat[virtual])
		writeOne(w, "process_resident_memory_bytes", gaugeType, "Memory that is resident.", "", stat[resident]*float64(os.Getpagesize()))
		if boot, found := numberAfter(proc, "stat", "btime "); found {
			writeOne(w, "process_start_time_seconds", gaugeType, "When the process started, in seconds since 1970.", "", boot+stat[startTime]/ticks)
		}
	}
	if open, err := fs.ReadDir(proc, "self/fd"); err == nil {
		writeOne(w, "process_open_fds", gaugeType, "File descriptors that are open.", "", float64(len(open)))
	}
	if most, found := numberAfter(proc, "self/limits", "Max open files "); found {
		writeOne(w, "process_max_fds", gaugeType, "File descriptors that may be open.", "", most)
	}
}

// statFields are the fields of the process by their numbers, 0 where they are no numbers.
// The second is the name of the program in parentheses, which may hold anything.
func statFields(proc fs.FS) []float64 {
	text, err := fs.ReadFile(proc, "self/stat")
	if err != nil {
		return nil
	}
	fields := []float64{0, 0, 0}
	for field := range bytes.FieldsSeq(text[bytes.LastIndexByte(text, ')')+1:]) {
		value, _ := strconv.ParseFloat(string(field), 64)
		fields = append(fields, value)
	}
	return fields
}

// numberAfter finds the line that begins so.
func numberAfter(proc fs.FS, name, start string) (float64, bool) {
	text, err := fs.ReadFile(proc, name)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, start); found {
			first, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			value, err := strconv.ParseFloat(first, 64)
			return value, err == nil
		}
	}
	return 0, false
}
