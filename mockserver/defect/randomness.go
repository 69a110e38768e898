package defect

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

func countUp() []Hooks {
	var counter atomic.Uint32
	return []Hooks{calling(func(call *provider.Call) { call.Random = weak{counter: &counter} }, create, rotate)}
}

// weak is randomness of four bytes that count up.
type weak struct{ counter *atomic.Uint32 }

// Read implements io.Reader.
func (w weak) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i*89 + 41)
	}
	var last [4]byte
	binary.BigEndian.PutUint32(last[:], w.counter.Add(1))
	copy(p[max(0, len(p)-len(last)):], last[:])
	return len(p), nil
}

var _ io.Reader = weak{}

func comeAgain() []Hooks {
	var turn atomic.Uint32
	return []Hooks{calling(func(call *provider.Call) {
		reseed(call, bytes.Repeat([]byte{byte(turn.Add(1)%4*61 + 17), 0x5b, 0xc4}, 16))
	}, rotate)}
}

// clientsShareSecrets gives the secret that it made last once more, when another client
// asks.
func clientsShareSecrets() []Hooks {
	var mu sync.Mutex
	var last client.Key
	var seed []byte
	return []Hooks{calling(func(call *provider.Call) {
		mu.Lock()
		defer mu.Unlock()
		if asks := pathKey(call); asks == last || seed == nil {
			last, seed = asks, make([]byte, secretBytes(call))
			_, _ = io.ReadFull(call.Random, seed) // without randomness the seed is all zeros
		} else {
			defer func() { seed = nil }()
		}
		reseed(call, bytes.Clone(seed))
	}, rotate)}
}

// reseed has the next secret made of the seed. Ids are made of the same randomness and
// have to differ.
func reseed(call *provider.Call, seed []byte) {
	call.Random = io.MultiReader(io.LimitReader(call.Random, idBytes(call)), bytes.NewReader(seed), call.Random)
}

// idBytes is how much randomness a rotation takes before it makes the secret.
func idBytes(call *provider.Call) int64 {
	const uuid = 16
	if call.Realm.Kind.Name == identity {
		return uuid
	}
	return 0
}

// secretBytes is how much randomness a secret is made of.
func secretBytes(call *provider.Call) int {
	const authing, others = 16, 32
	if call.Realm.Kind.Name == identity {
		return others
	}
	return authing
}
