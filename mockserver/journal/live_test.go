package journal

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told is what one Wait returned.
type told struct {
	IDs     []uint64
	Evicted uint64
	Cleared bool
}

func next(t *testing.T, s *Subscription) told {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	batch, evicted, cleared, err := s.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return told{ids(Snapshot{Entries: batch}), evicted, cleared}
}

// silent checks that there is nothing to tell.
func silent(t *testing.T, s *Subscription) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if batch, evicted, cleared, err := s.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v %d %v, %v", batch, evicted, cleared, err)
	}
}

func record(j *Journal, count int) {
	for range count {
		j.Record(Entry{})
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before func(j *Journal)
		after  uint64
		then   func(j *Journal)
		want   told
	}{
		"from the oldest":                {func(j *Journal) { record(j, 3) }, 0, nil, told{IDs: []uint64{1, 2, 3}}},
		"from the middle":                {func(j *Journal) { record(j, 3) }, 2, nil, told{IDs: []uint64{3}}},
		"what is yet to come":            {func(j *Journal) { record(j, 3) }, 3, func(j *Journal) { record(j, 1) }, told{IDs: []uint64{4}}},
		"forgotten before":               {func(j *Journal) { record(j, 8) }, 1, nil, told{IDs: []uint64{4, 5, 6, 7, 8}, Evicted: 2}},
		"all forgotten":                  {func(j *Journal) { record(j, 8) }, 0, nil, told{IDs: []uint64{4, 5, 6, 7, 8}, Evicted: 3}},
		"forgotten meanwhile":            {func(j *Journal) { record(j, 2) }, 2, func(j *Journal) { record(j, 7) }, told{IDs: []uint64{5, 6, 7, 8, 9}, Evicted: 2}},
		"cleared meanwhile":              {func(j *Journal) { record(j, 2) }, 2, func(j *Journal) { record(j, 2); j.Clear(); record(j, 1) }, told{IDs: []uint64{5}, Cleared: true}},
		"cleared and empty":              {func(j *Journal) { record(j, 2) }, 2, func(j *Journal) { j.Clear() }, told{Cleared: true}},
		"cleared before, from an id":     {func(j *Journal) { record(j, 3); j.Clear(); record(j, 1) }, 1, nil, told{IDs: []uint64{4}, Cleared: true}},
		"cleared before, from the start": {func(j *Journal) { record(j, 3); j.Clear(); record(j, 1) }, 0, nil, told{IDs: []uint64{4}}},
		"an id of another journal":       {func(j *Journal) { record(j, 2) }, 70, nil, told{IDs: []uint64{1, 2}, Cleared: true}},
		"cleared, then forgotten":        {nil, 0, func(j *Journal) { record(j, 1); j.Clear(); record(j, 6) }, told{IDs: []uint64{3, 4, 5, 6, 7}, Evicted: 1, Cleared: true}},
	}
	for name, test := range tests {
		j := New(Bounds{Entries: 5}, nil)
		if test.before != nil {
			test.before(j)
		}
		s := j.Subscribe(test.after)
		if test.then != nil {
			silentUnlessFull(t, s, j)
			test.then(j)
		}
		if diff := cmp.Diff(test.want, next(t, s)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		silent(t, s)
	}
}

func silentUnlessFull(t *testing.T, s *Subscription, j *Journal) {
	t.Helper()
	if s.after == j.Last() {
		silent(t, s)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	record(j, 2*maxBatch+1)
	s := j.Subscribe(0)
	for _, want := range []int{maxBatch, maxBatch, 1} {
		if got := next(t, s); len(got.IDs) != want || got.Evicted > 0 {
			t.Errorf("got %d entries, want %d", len(got.IDs), want)
		}
	}
}

func TestWaitEndsWithTheJournal(t *testing.T) {
	t.Parallel()
	j := New(Bounds{}, nil)
	s := j.Subscribe(0)
	ended := make(chan error)
	go func() {
		_, _, _, err := s.Wait(context.Background())
		ended <- err
	}()
	j.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Readers of every pace account for every id: read, or counted as evicted.
func TestReadersMissNothingUntold(t *testing.T) {
	t.Parallel()
	const total = 20_000
	j := New(Bounds{Entries: 50}, nil)
	var readers, writers sync.WaitGroup
	for pace := range 4 {
		s := j.Subscribe(0)
		readers.Go(func() {
			at := uint64(0)
			for at < total {
				batch, evicted, cleared, err := s.Wait(t.Context())
				if err != nil || cleared {
					t.Errorf("cleared %v, %v", cleared, err)
					return
				}
				at += evicted
				for i := range batch {
					if at++; batch[i].ID != at {
						t.Errorf("pace %d: got %d, want %d", pace, batch[i].ID, at)
						return
					}
				}
				time.Sleep(time.Duration(pace) * 100 * time.Microsecond)
			}
		})
	}
	for range 4 {
		writers.Go(func() { record(j, total/4) })
	}
	writers.Wait()
	readers.Wait()
	if j.waiting != nil {
		t.Error("somebody still waits")
	}
}
