package defect

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
)

// races lists what goes wrong when requests meet: each is a read, a moment, and a write
// that does not look again.
func races() []Defect {
	return []Defect{
		{
			ID: "meeting-rotations-leave-two", About: "Of two rotations that meet, both secrets go on working.",
			Providers: replacing, hooks: plain(racing(func(meanwhile *client.Client, mine client.Client) {
				secrets := slices.Concat(meanwhile.Secrets, mine.Secrets)
				*meanwhile = mine
				meanwhile.Secrets = secrets
			}, rotate)),
		},
		{
			ID: "meeting-additions-lose-one", About: "Of two additions that meet, one is lost.",
			Providers: []string{identity}, hooks: plain(racing(theLastWins, rotate)),
		},
		{
			ID: "meeting-additions-share-an-id", About: "Two additions that meet get the same id.",
			Providers: []string{identity}, hooks: plain(racing(func(meanwhile *client.Client, mine client.Client) {
				added := *newest(&mine)
				added.ID = newest(meanwhile).ID
				meanwhile.Secrets = append(meanwhile.Secrets, added)
			}, rotate)),
		},
		{
			ID: "meeting-updates-lose-one", About: "Of two updates that meet, the members of one are lost.",
			Providers: []string{v2, v3, angus}, hooks: plain(racing(func(meanwhile *client.Client, mine client.Client) {
				meanwhile.Attributes = mine.Attributes
			}, update)),
		},
		{
			ID: "addition-undoes-a-deletion", About: "An addition that meets a deletion undoes it.",
			Providers: []string{identity}, hooks: plain(racing(theLastWins, rotate, deleteSecret)),
		},
	}
}

// shortest is how far apart the two steps of an update are at least. They are as far
// again for the next two, so that those which meet do not end together.
const shortest = 25 * time.Millisecond

// racing is an update in two steps. When the client has changed between them, the
// function says what becomes of it and of what this update made.
func racing(meet func(meanwhile *client.Client, mine client.Client), roles ...role) Hooks {
	var turn atomic.Uint32
	return calling(func(call *provider.Call) {
		moment := shortest * time.Duration(1+turn.Add(1)%3)
		call.Store = twoSteps{Store: call.Store, moment: moment, meet: meet}
	}, roles...)
}

func theLastWins(meanwhile *client.Client, mine client.Client) { *meanwhile = mine }

type twoSteps struct {
	store.Store

	moment time.Duration
	meet   func(meanwhile *client.Client, mine client.Client)
}

// Update implements store.Store.
func (s twoSteps) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	before, err := s.Get(ctx, key)
	if err != nil {
		return client.Client{}, err
	}
	mine := before.Clone()
	if err := change(&mine); err != nil {
		return client.Client{}, err
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.moment):
	}
	_, err = s.Store.Update(context.WithoutCancel(ctx), key, func(c *client.Client) error {
		if !changedSince(before, *c) {
			*c = mine
			return nil
		}
		s.meet(c, mine)
		return nil
	})
	return mine, err
}

// changedSince compares what an update changes. Times would do but for two updates in
// one tick of the clock.
func changedSince(before, now client.Client) bool {
	same := slices.Equal(before.Secrets, now.Secrets) && before.UpdatedAt.Equal(now.UpdatedAt)
	return !same
}
