package benchtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

const idDigits = 24

// manyClients compares rotations among a million clients with rotations among a
// thousand. The clients are registered over loopback like anybody's.
func manyClients(b *bench) ([]row, error) {
	const (
		few, many, bound = 1000, 1_000_000, 1.3
		sizeRounds       = 7
		// Long enough for the garbage collector to have its turn with the many.
		longer = 2 * time.Second
	)
	large, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(large)
	manyIDs, took, err := register(large, many)
	if err != nil {
		return nil, err
	}
	// Started only now: a server closes connections that idle for a minute.
	small, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(small)
	fewIDs, _, err := register(small, few)
	if err != nil {
		return nil, err
	}
	size, err := large.resident()
	if err != nil {
		return nil, err
	}
	var fewPaces, manyPaces []pace
	for range sizeRounds {
		for _, one := range []struct {
			server *target
			ids    []byte
			paces  *[]pace
		}{{small, fewIDs, &fewPaces}, {large, manyIDs, &manyPaces}} {
			p, err := one.server.measure(rotating(one.ids), longer)
			if err != nil {
				return nil, err
			}
			*one.paces = append(*one.paces, p)
		}
	}
	return []row{
		atMost(bound, fmt.Sprintf("a rotation among %d clients : among %d", many, few), "", ratios(fewPaces, manyPaces)).
			with("%s : %s; all rounds together %.3g; %.0f MiB resident, registered in %.0f s",
				middle(manyPaces), middle(fewPaces), total(fewPaces)/total(manyPaces), size, took.Seconds()),
	}, nil
}

// register creates so many applications and returns their ids, one after the other.
func register(t *target, count int) ([]byte, time.Duration, error) {
	const limit = 3 * time.Minute
	all := make([]byte, count*idDigits)
	member := []byte(`"appId":"`)
	sent, took, err := t.load.run(count, limit, traffic{
		want: want{status: 200, text: `"statusCode":200`}, write: create.numbered(),
		seen: func(i int, body []byte) {
			_, id, _ := bytes.Cut(body, member)
			copy(all[i*idDigits:][:idDigits], id)
		},
	})
	if err == nil && sent < count {
		err = fmt.Errorf("only %d clients were registered in %v", sent, took)
	}
	return all, took, err
}

func rotating(all []byte) scenario {
	r := rotate
	r.body = `{"appId":"` + blankID + `"}`
	return anyOf("V3 refresh of one among many", r, want{status: 200, text: `"statusCode":200`}, all, len(all)/idDigits)
}

// blankID stands where anyOf puts an id.
const blankID = "########################"

// anyOf sends the request for one of the first few ids at random, all of them where there
// are fewer.
func anyOf(name string, r request, w want, all []byte, few int) scenario {
	text := []byte(r.text())
	at := bytes.Index(text, []byte(blankID))
	few = min(few, len(all)/idDigits)
	return scenario{name: name, traffic: traffic{
		want: w,
		write: func(dst []byte, _ int) []byte {
			k := rand.IntN(few) * idDigits
			dst = append(dst, text...)
			copy(dst[at:], all[k:k+idDigits])
			return dst
		},
	}}
}

// total adds rounds of one length up, so that a collection that falls into one of
// them counts.
func total(paces []pace) float64 {
	var sum float64
	for _, p := range paces {
		sum += p.perSecond
	}
	return sum
}
