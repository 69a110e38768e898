package benchtest

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// settle has everything asked until the server has collected its garbage twice. Before that
// its heap still grows, to several times of what it holds, and a page that is written to for
// the first time costs the system more than all that is measured here.
func (s *stage) settle(ctx context.Context, budget time.Duration) error {
	const collections, longest = 2, 15 * time.Second
	if err := s.reconnect(); err != nil {
		return err
	}
	goal, err := s.gauge(ctx, "go_memstats_next_gc_bytes")
	if err != nil {
		return err
	}
	begun := time.Now()
	for changes := 0; changes < collections && time.Since(begun) < longest; {
		for _, operation := range s.operations {
			if _, err := s.measure(operation, budget); err != nil {
				return err
			}
		}
		now, err := s.gauge(ctx, "go_memstats_next_gc_bytes")
		if err != nil {
			return err
		}
		if now != goal { // each collection sets another
			goal = now
			changes++
		}
	}
	return nil
}

// reconnect opens as many connections anew, once others had their time: the server closes
// what asks nothing for a minute, or for five seconds at the beginning.
func (t *target) reconnect() error {
	count := len(t.load.conns)
	t.load.close()
	fresh, err := connect(t.addr, count)
	if err == nil {
		t.load = fresh
	}
	return err
}

// gauge is a metric without labels that the server shows.
func (p *process) gauge(ctx context.Context, name string) (float64, error) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	asked.Close = true
	reply, err := http.DefaultClient.Do(asked)
	if err != nil {
		return 0, err
	}
	defer reply.Body.Close()
	lines := bufio.NewScanner(reply.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("GET /metrics, HTTP %d, has no %s", reply.StatusCode, name)
}
