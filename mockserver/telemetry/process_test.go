package telemetry

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// samplesOf are the lines of proc's metrics that are no comments.
func samplesOf(proc fstest.MapFS) []string {
	var page bytes.Buffer
	writeProcess(&page, proc)
	var all []string
	for line := range strings.Lines(page.String()) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

func TestProcessMetrics(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	stat := file("17 (a) 1 (b) S 1 17 17 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 1200 4096000 12 1844\n")
	page := float64(os.Getpagesize())
	for name, test := range map[string]struct {
		proc fstest.MapFS
		want []string
	}{
		"not mounted": {fstest.MapFS{}, nil},
		"everything": {
			fstest.MapFS{
				"self/stat": stat, "stat": file("cpu 1 2\nbtime 1000\n"), "self/fd/0": file(""), "self/fd/1": file(""),
				"self/limits": file("Limit   Soft Limit\nMax open files            1024                 524288               files\n"),
			},
			[]string{
				"process_cpu_seconds_total 3", "process_virtual_memory_bytes 4096000", fmt.Sprintf("process_resident_memory_bytes %.0f", 12*page),
				"process_start_time_seconds 1012", "process_open_fds 2", "process_max_fds 1024",
			},
		},
		"no start and no limit": {
			fstest.MapFS{"self/stat": stat, "stat": file("cpu 1 2\n"), "self/limits": file("Max open files            unlimited            unlimited            files\n")},
			[]string{"process_cpu_seconds_total 3", "process_virtual_memory_bytes 4096000", fmt.Sprintf("process_resident_memory_bytes %.0f", 12*page)},
		},
		"cut off": {fstest.MapFS{"self/stat": file("17 (a) S 1 17"), "stat": file("btime x\n")}, nil},
	} {
		if diff := cmp.Diff(test.want, samplesOf(test.proc)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestProcessMetricsOfThisOne(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no proc")
	}
	families := scrape(t, NewMetrics(Gauges{}))
	for _, name := range []string{
		"process_cpu_seconds_total", "process_virtual_memory_bytes", "process_resident_memory_bytes", "process_start_time_seconds",
		"process_open_fds",
	} {
		if families[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
}
