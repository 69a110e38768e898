package benchtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/codec"
	"github.com/keyturn/keyturn/mockserver/store/file"
)

// BenchmarkStateFile compares rotations that are on the disk with what the engine does by
// itself, and looks at what reads cost.
func BenchmarkStateFile(b *testing.B) {
	env := newStateBench(b)
	rows, err := env.stateFile()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(printTable(os.Stdout, rows, writers)), "missed")
}

func openFile(path string) func() (store.Durable, error) {
	return func() (store.Durable, error) { return file.Open(path, file.Options{}) }
}

func (b *bench) stateFile() ([]row, error) {
	path := b.path("kept")
	all, err := b.furnish("file:"+path, openFile(path), fewClients)
	if err != nil {
		return nil, err
	}
	// A second file for the calls without a server: a file has one owner.
	other := b.path("called")
	if _, err := b.furnish("file:"+other, openFile(other), fewClients); err != nil {
		return nil, err
	}
	backend, err := file.Open(other, file.Options{})
	if err != nil {
		return nil, err
	}
	defer backend.Close()
	content, size, err := contentOf(b.ctx, backend, all)
	if err != nil {
		return nil, err
	}
	bare, err := openEngine(b.path("bare"), fewClients, size)
	if err != nil {
		return nil, err
	}
	defer bare.db.Close()
	called, err := turns(rotations(content, all), bare.commits)
	if err != nil {
		return nil, err
	}
	// Started only now: a server closes connections on which nothing comes.
	served, _, err := b.kept("file:" + path)
	if err != nil {
		return nil, err
	}
	defer b.stop(served)
	memory, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(memory)
	asked, err := turns(served.measuring(rotatingV2(all, fewClients)), bare.commits, memory.measuring(refreshing))
	if err != nil {
		return nil, err
	}
	rows := []row{
		atLeast(leastOfEngine, "file: Update, on the disk : bare group commits", ratios(called[0], called[1])).
			with("%.0f : %.0f a second, %d bytes", middle(called[0]).perSecond, middle(called[1]).perSecond, size),
		atLeast(leastOfEngine, "file: V2 refresh over HTTP, on the disk : bare group commits", ratios(asked[0], asked[1])).
			with("%s : %.0f/s", middle(asked[0]), middle(asked[1]).perSecond),
		{name: "file: V2 refresh over HTTP : in memory, 16 connections", values: ratios(asked[0], asked[2]), note: middle(asked[2]).String()},
	}
	reads, err := readsOfFile(served, all)
	return append(rows, reads), err
}

// readsOfFile counts the bytes that 20,000 GETs have brought from the disk.
func readsOfFile(served *target, all []byte) (row, error) {
	const count = 20_000
	get := traffic{want: want{status: 200, text: `"code":200`}, write: func(dst []byte, i int) []byte {
		k := i % (len(all) / idDigits) * idDigits
		return append(dst, request{method: "GET", path: "/api/v2/applications/" + string(all[k:k+idDigits])}.text()...)
	}}
	before, err := served.readBytes()
	if err != nil {
		return row{}, err
	}
	sent, took, err := served.load.run(count, time.Minute, get)
	if err == nil && sent != count {
		err = fmt.Errorf("%d of %d GETs in %v", sent, count, took)
	}
	if err != nil {
		return row{}, err
	}
	after, err := served.readBytes()
	return row{
		name: "file: bytes read from the disk by 20,000 GETs", values: []float64{after - before}, bound: 0.5, atMost: true,
		note: fmt.Sprintf("%.0f a second", float64(sent)/took.Seconds()),
	}, err
}

// readBytes is what the process has had brought from the disk.
func (p *process) readBytes() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if number, ok := strings.CutPrefix(line, "read_bytes: "); ok {
			return strconv.ParseFloat(strings.TrimSpace(number), 64)
		}
	}
	return 0, errors.New("read_bytes is missing")
}

// contentOf is what the servers of the state have, and how many bytes a client of it has.
func contentOf(ctx context.Context, backend store.Durable, all []byte) (store.Content, int, error) {
	content, err := present(ctx, backend)
	if err != nil {
		return nil, 0, err
	}
	one, err := content.Get(ctx, client.Key{Realm: v2Realm, ID: string(all[:idDigits])})
	if err != nil {
		return nil, 0, err
	}
	body, err := codec.Append(nil, &one)
	return content, len(body), err
}
