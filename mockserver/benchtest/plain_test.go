package benchtest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/specs"
)

// comparedWithPlain holds the V2 refresh, checks on, to a plain server without any,
// and to the same bytes written by bare net/http.
func comparedWithPlain(b *bench) ([]row, error) {
	const (
		overPlain, overBare = 1.2, 0.35
		moreRounds          = 11
		longer              = 500 * time.Millisecond
	)
	keyturn, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(keyturn)
	reply, err := keyturn.load.conns[0].exchange([]byte(refresh.text()), want{status: 200})
	if err != nil {
		return nil, err
	}
	size := len(reply)
	replyFile, routesFile := filepath.Join(b.folder, "reply.json"), filepath.Join(b.folder, "routes")
	routes, err := routes()
	if err != nil {
		return nil, err
	}
	const private = 0o600
	if err := errors.Join(os.WriteFile(replyFile, reply, private), os.WriteFile(routesFile, []byte(routes), private)); err != nil {
		return nil, err
	}
	plain, err := b.programs["plain"].serve(b.ctx, refresh, "ADDR", replyFile, routesFile)
	if err != nil {
		return nil, err
	}
	defer b.stop(plain)
	bare, err := b.programs["bare"].serve(b.ctx, refresh, "ADDR", replyFile)
	if err != nil {
		return nil, err
	}
	defer b.stop(bare)
	shared, err := interleaved(refreshing, moreRounds, longer, keyturn, plain, bare)
	if err != nil {
		return nil, err
	}
	var own [][]pace
	if err := apart(b.ctx, func() (err error) {
		own, err = interleaved(refreshing, moreRounds, longer, keyturn, plain)
		return err
	}, keyturn, plain); err != nil {
		return nil, err
	}
	note := "%s : %s; %d bytes"
	return []row{
		atLeast(overPlain, "V2 refresh : gorilla/mux + encoding/json, load on another core", ratios(own[0], own[1])).with(note, middle(own[0]), middle(own[1]), size),
		atLeast(overPlain, "the same by the processor time of the servers", costs(own[1], own[0])),
		{name: "the same, load on the same cores", values: ratios(shared[0], shared[1]), note: fmt.Sprintf(note, middle(shared[0]), middle(shared[1]), size)},
		atLeast(overBare, "V2 refresh : bare net/http", ratios(shared[0], shared[2])).with(note, middle(shared[0]), middle(shared[2]), size),
	}, nil
}

// routes lists every operation there is, in the order in which the stand-in has them.
func routes() (string, error) {
	var b strings.Builder
	for _, name := range specs.Names() {
		doc, err := specs.Load(name)
		if err != nil {
			return "", err
		}
		paths := doc.Paths.Map()
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			for _, method := range slices.Sorted(maps.Keys(paths[path].Operations())) {
				b.WriteString(method + " " + path + "\n")
			}
		}
	}
	return b.String(), nil
}
