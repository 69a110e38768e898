package benchtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// growingNamespaces makes so many beside the default one, each with the world of the start.
func growingNamespaces() growing {
	const beyond = 500 // of the namespaces there may be, for those that are made in rounds
	return growing{
		name: "namespaces", title: "Namespaces", sizes: []int{1, 10, 100, 1000, 10_000},
		weighed: 10_000, visit: visitingNamespaces,
		begin: func(g *grower, from program, size int) (*stage, error) {
			server, err := g.stand(from, "--max-namespaces", strconv.Itoa(size+beyond))
			if err != nil {
				return nil, err
			}
			sent, took, err := server.load.run(size, time.Minute, makingNamespaces("n"))
			if err == nil && sent < size {
				err = fmt.Errorf("only %d were made in %v", sent, took)
			}
			if err != nil {
				g.stop(server)
				return nil, err
			}
			every := visitingNamespaces()
			one := every.write
			every.write = func(dst []byte, _ int) []byte { return one(dst, rand.IntN(size)) }
			return &stage{server, []scenario{{name: "V2 refresh in any", traffic: every}, comingAndGoing()}}, nil
		},
	}
}

// visitingNamespaces refreshes in one after the other.
func visitingNamespaces() traffic {
	r := refresh
	r.path = "/ns/n" + mark + refresh.path
	return traffic{want: want{status: 200, text: `"code":200`}, write: r.numbered()}
}

func makingNamespaces(prefix string) traffic {
	r := request{method: "POST", path: "/__admin/namespaces", media: jsonType, body: `{"name":"` + prefix + mark + `","idle":"0s"}`}
	return traffic{want: want{status: 201}, write: r.numbered()}
}

// comingAndGoing makes namespaces, and deletes them without being measured.
func comingAndGoing() scenario {
	const batch = 200
	var made atomic.Int64
	create := makingNamespaces("m")
	create.seen = func(int, []byte) { made.Add(1) }
	remove := request{method: "DELETE", path: "/__admin/namespaces/m" + mark}
	return scenario{
		name: "creating one", batch: batch, traffic: create,
		prepare: func(l *load) error {
			// Numbers are given out in order and each is sent, so that the first are those made.
			_, _, err := l.run(int(made.Swap(0)), math.MaxInt64, traffic{want: want{status: 204}, write: remove.numbered()})
			return err
		},
	}
}
