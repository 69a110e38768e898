package namespace

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/snapshot"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// recordFormat is the format of all records that are written here.
const recordFormat = 1

// record is what a namespace is besides its clients, as a store.Durable keeps it. What is
// not in it a namespace begins anew with in another process: the journal, unless servers
// share it, what defects remember, and what is on its way to replicas.
type record struct {
	Format int           `json:"format"`
	Made   time.Time     `json:"made"`
	Idle   wire.Duration `json:"idle"`
	// Symmetric has the keys of the realms that are the namespace's own.
	Symmetric map[string][]byte `json:"symmetric"`
	Seed      imageRecord       `json:"seed"`
	Present   momentRecord      `json:"present"`
	Snapshots []momentRecord    `json:"snapshots"`
	// Closed says that the last process came to its end, and Start is where the randomness
	// begins after a reset. Without Closed nobody knows how much of it was used.
	Closed bool   `json:"closed"`
	Start  []byte `json:"start"`
}

// imageRecord names the content that has the clients.
type imageRecord struct {
	Content string         `json:"content"`
	World   jsontext.Value `json:"world"`
	Era     []uint64       `json:"era"`
}

type momentRecord struct {
	Image       imageRecord          `json:"image"`
	Name        string               `json:"name"`
	At          time.Time            `json:"at"`
	Offset      int64                `json:"offset_nanoseconds"`
	Frozen      time.Time            `json:"frozen"`
	Faults      []fault.Fault        `json:"faults"`
	Defects     []string             `json:"defects"`
	Propagation propagation.Settings `json:"propagation"`
	Randomness  []byte               `json:"randomness"`
	Size        int64                `json:"size"`
}

// worldText is the realms as JSON, without their clients.
func worldText(realms map[string]*realm.Realm) ([]byte, error) {
	world := fixtures.World{Version: 1, Realms: make(map[string]fixtures.Realm, len(realms))}
	for name, r := range realms {
		world.Realms[name] = r.Save(nil)
	}
	tree, err := snapshot.World(world)
	if err != nil {
		return nil, err
	}
	return wire.Append(nil, tree)
}

func recordOf(i *image) imageRecord {
	var era *realm.Era
	for _, r := range i.realms { // all of them have the same
		era = r.Era
	}
	return imageRecord{Content: i.clients.ID(), World: i.world, Era: era.Numbers()}
}

func (m moment) record() momentRecord {
	return momentRecord{
		Image: recordOf(m.image), Name: m.name, At: m.at, Offset: int64(m.clock.Offset), Frozen: m.clock.Frozen,
		Faults: m.faults, Defects: m.defects, Propagation: m.propagation, Randomness: m.random, Size: m.size,
	}
}

func readRecord(data []byte) (record, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, fmt.Errorf("read the record of a namespace: %w", err)
	}
	if r.Format != recordFormat {
		return record{}, fmt.Errorf("the record of a namespace is in format %d, this version of keyturn reads %d", r.Format, recordFormat)
	}
	return r, nil
}

// contents are those that the record refers to.
func (r *record) contents() []string {
	all := []string{r.Seed.Content, r.Present.Image.Content}
	for i := range r.Snapshots {
		all = append(all, r.Snapshots[i].Image.Content)
	}
	return all
}

// recall makes the image again.
func (r *Registry) recall(ctx context.Context, from imageRecord) (*image, error) {
	world, err := fixtures.ParseWorld("the world of a record", from.World)
	if err != nil {
		return nil, err
	}
	made, _, err := r.read(world, time.Time{})
	if err != nil {
		return nil, err
	}
	era := realm.EraOf(from.Era)
	for name, own := range made.realms {
		made.realms[name] = own.In(era)
	}
	made.world = from.World
	made.clients, err = r.durable.Open(ctx, from.Content)
	return made, err
}

func (r *Registry) recallMoment(ctx context.Context, from *momentRecord) (moment, error) {
	made, err := r.recall(ctx, from.Image)
	return moment{
		name: from.Name, at: from.At, image: made, clock: clock.State{Offset: time.Duration(from.Offset), Frozen: from.Frozen},
		faults: from.Faults, defects: from.Defects, propagation: from.Propagation, random: from.Randomness, size: from.Size,
	}, err
}
