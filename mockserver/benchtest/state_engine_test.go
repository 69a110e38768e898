package benchtest

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/store/group"
)

// engine is bbolt with group commits and nothing else.
type engine struct {
	db    *bolt.DB
	group *group.Group[*entry]
	// clients is how many values of the size there are.
	clients, size int
}

type entry struct {
	key, value []byte
	err        error
}

func openEngine(path string, clients, size int) (*engine, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		return nil, err
	}
	e := &engine{db: db, clients: clients, size: size}
	e.group = group.New(256, 1, e.write)
	const chunk = 10_000
	for from := 0; from < clients; from += chunk {
		var batch []*entry
		for i := from; i < min(from+chunk, clients); i++ {
			batch = append(batch, e.entry(i))
		}
		if e.write(batch); batch[0].err != nil {
			return nil, batch[0].err
		}
	}
	return e, nil
}

func (e *engine) write(batch []*entry) {
	err := e.db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists([]byte("clients"))
		for _, one := range batch {
			if err == nil {
				err = bucket.Put(one.key, one.value)
			}
		}
		return err
	})
	for _, one := range batch {
		one.err = err
	}
}

// entry is one value, different each time.
func (e *engine) entry(i int) *entry {
	one := &entry{key: binary.BigEndian.AppendUint32(make([]byte, 8), uint32(i)), value: make([]byte, e.size)}
	binary.BigEndian.PutUint64(one.value, rand.Uint64())
	return one
}

// commits puts values of its own at random, each of which is on the disk when it returns.
func (e *engine) commits() (pace, error) {
	return crowd(stateRound, func(random *rand.Rand) error {
		one := e.entry(random.IntN(e.clients))
		e.group.Do(one)
		return one.err
	})
}

// crowd has each writer call until the time is over.
func crowd(limit time.Duration, call func(random *rand.Rand) error) (pace, error) {
	var count atomic.Int64
	var failure atomic.Pointer[error]
	var all sync.WaitGroup
	start := time.Now()
	for i := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), uint64(start.UnixNano())))
			for time.Since(start) < limit {
				if err := call(random); err != nil {
					failure.Store(&err)
					return
				}
				count.Add(1)
			}
		})
	}
	all.Wait()
	if err := failure.Load(); err != nil {
		return pace{}, *err
	}
	return pace{perSecond: float64(count.Load()) / time.Since(start).Seconds()}, nil
}

// rotations calls a store without a server before it.
func rotations(content store.Content, all []byte) func() (pace, error) {
	return func() (pace, error) {
		return crowd(stateRound, func(random *rand.Rand) error {
			k := random.IntN(len(all)/idDigits) * idDigits
			value := strconv.FormatUint(random.Uint64(), 36)
			_, err := content.Update(context.Background(), client.Key{Realm: v2Realm, ID: string(all[k : k+idDigits])}, func(c *client.Client) error {
				c.Secrets = []client.Secret{client.NewSecret("current", value, c.CreatedAt)}
				return nil
			})
			return err
		})
	}
}
