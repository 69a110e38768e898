package file_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestReadsDoNotTouchTheDisk counts what the system reads for this process, which is why no
// other test runs beside it.
func TestReadsDoNotTouchTheDisk(t *testing.T) { //nolint:paralleltest // see above
	if _, err := os.Stat("/proc/self/io"); err != nil {
		t.Skip("the system does not count what a process reads:", err)
	}
	const clients, reads = 30_000, 100_000
	path := fresh(t)
	made := mustOpen(t, path)
	c := newContent(t, made)
	all := fill(t, c, clients)
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	opened, err := mustOpen(t, path).Open(ctx, c.ID())
	if err != nil {
		t.Fatal(err)
	}
	before := readBytes(t)
	random := rand.New(rand.NewPCG(1, 1))
	for range reads {
		one := &all[random.IntN(clients)]
		if _, err := opened.Get(ctx, one.Key); err != nil {
			t.Fatal(err)
		}
	}
	if read := readBytes(t) - before; read != 0 {
		t.Errorf("%d reads took %d bytes from the disk", reads, read)
	}
}

func readBytes(t *testing.T) uint64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "read_bytes:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(rest), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("there is no read_bytes")
	return 0
}
