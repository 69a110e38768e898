package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/pgtest"
)

// concurrency is the family that the checker of linearizability judges.
const concurrency = "CON-*"

// TestRacesBetweenReplicasAreFound switches a defect on at one replica, which is then on at
// all: changes that meet lose something, wherever they were sent.
func TestRacesBetweenReplicasAreFound(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	for provider, defect := range map[string]string{
		"angusgm": "meeting-rotations-leave-two", "authing-v2": "meeting-rotations-leave-two",
		"genauth-v3": "meeting-rotations-leave-two", "identity-service": "meeting-additions-lose-one",
	} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			all := replicate(t, database, nil)
			if err := all[0].SetDefects(t.Context(), defect); err != nil {
				t.Fatal(err)
			}
			finished := refereed(t, provider, all.balance(t), concurrency)
			if failed := failures(finished); len(failed) == 0 {
				t.Errorf("%s is on and nothing failed: %v", defect, finished.Counts)
			} else {
				t.Log(strings.Join(failed, ", "))
			}
		})
	}
}

// TestOneCarelessReplicaIsFound has one of three misbehave.
func TestOneCarelessReplicaIsFound(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	for _, provider := range providers() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			all := replicate(t, database, func(s store.Shared) store.Shared { return careless{s} })
			finished := refereed(t, provider, all.balance(t), concurrency)
			if failed := failures(finished); len(failed) == 0 {
				t.Errorf("one replica is careless and nothing failed: %v", finished.Counts)
			} else {
				t.Log(strings.Join(failed, ", "))
			}
		})
	}
}

func failures(finished *conformance.Finished) (failed []string) {
	for _, result := range finished.Results {
		if result.Verdict == report.Fail {
			failed = append(failed, result.ID)
		}
	}
	return failed
}

// careless is a backend that does not look again when it writes what it has read: it leaves
// the secret alive that it has replaced, and undoes what came between.
type careless struct{ store.Shared }

// Open implements store.Durable.
func (s careless) Open(ctx context.Context, id string) (store.Content, error) {
	opened, err := s.Shared.Open(ctx, id)
	return carelessContent{opened}, err
}

type carelessContent struct{ store.Content }

// Update implements store.Store.
func (s carelessContent) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	read, err := s.Get(ctx, key)
	if err != nil {
		return client.Client{}, err
	}
	mine := read.Clone()
	if err := change(&mine); err != nil {
		return client.Client{}, err
	}
	time.Sleep(30 * time.Millisecond) // for others to come between
	return s.Content.Update(ctx, key, func(c *client.Client) error {
		*c = mine.Clone()
		if len(mine.Secrets) == 1 && !slices.Equal(mine.Secrets, read.Secrets) {
			c.Secrets = append(c.Secrets, read.Secrets...)
		}
		return nil
	})
}
