package benchtest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

var (
	million     = flag.Bool("state-million", false, "grow to 1,000,000 clients")
	stateRounds = flag.Int("state-rounds", 15, "how many rounds a comparison of the kept state has")
)

const (
	// writers is how many rotate at the same time.
	writers = 32
	// leastOfEngine is what has to be left of the engine's own rate.
	leastOfEngine = 0.5
	stateRound    = 400 * time.Millisecond
	fewClients    = 1000
)

// newStateBench has the program that is shipped.
func newStateBench(b *testing.B) *bench {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 25*time.Minute)
	b.Cleanup(cancel)
	env := &bench{ctx: ctx, folder: b.TempDir(), programs: map[string]program{}, tb: b}
	var err error
	if env.programs["keyturn"], err = prepare(env, "keyturn", shipped); err != nil {
		b.Fatal(err)
	}
	return env
}

// grown is how many clients the large state has.
func grown() int {
	if *million {
		return 1_000_000
	}
	return 30_000
}

// kept starts the stand-in over a state, with a connection for each writer.
func (b *bench) kept(state string) (*target, time.Duration, error) {
	p, err := b.programs["keyturn"].launch(b.ctx, "serve", "--addr", "ADDR", "--state", state)
	if err != nil {
		return nil, 0, err
	}
	took, err := p.answered(refresh)
	if err != nil {
		return nil, 0, err
	}
	l, err := connect(p.addr, writers)
	if err != nil {
		_ = p.stop()
		return nil, 0, err
	}
	return &target{process: p, load: l}, took, nil
}

// furnish has a state hold the default world and so many applications besides. open opens
// it when no server does. It returns their ids, one after the other.
func (b *bench) furnish(state string, open func() (store.Durable, error), count int) ([]byte, error) {
	first, _, err := b.kept(state)
	if err != nil {
		return nil, err
	}
	if err := first.leave(); err != nil {
		return nil, err
	}
	backend, err := open()
	if err != nil {
		return nil, err
	}
	all, err := multiply(b.ctx, backend, count)
	if closed := backend.Close(); err == nil {
		err = closed
	}
	return all, err
}

// leave ends the server as an operator does.
func (t *target) leave() error {
	t.load.close()
	if err := t.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return t.command.Wait()
}

// present opens what the default namespace has now.
func present(ctx context.Context, backend store.Durable) (store.Content, error) {
	record, err := backend.Record(ctx, "default", 0)
	if err != nil {
		return nil, err
	}
	var recorded struct {
		Present struct {
			Image struct {
				Content string `json:"content"`
			} `json:"image"`
		} `json:"present"`
	}
	if err := json.Unmarshal(record.Data, &recorded); err != nil {
		return nil, err
	}
	return backend.Open(ctx, recorded.Present.Image.Content)
}

const v2Realm = "authing"

// multiply copies the application of the V2 document.
func multiply(ctx context.Context, backend store.Durable, count int) ([]byte, error) {
	content, err := present(ctx, backend)
	if err != nil {
		return nil, err
	}
	var clients []client.Client
	for _, realm := range []string{"angusgm", v2Realm, "identity-service"} {
		page, err := content.List(ctx, store.Query{Realm: realm})
		if err != nil {
			return nil, err
		}
		clients = append(clients, page.Clients...)
	}
	template, err := content.Get(ctx, client.Key{Realm: v2Realm, ID: v2App})
	if err != nil {
		return nil, err
	}
	all := make([]byte, 0, count*idDigits)
	for i := range count {
		one := template.Clone()
		one.ID = fmt.Sprintf("%0*x", idDigits, uint64(i+1)*0x9e3779b97f4a7c15)
		one.ClientID, one.Alias = one.ID, fmt.Sprintf("application-%d", i)
		clients, all = append(clients, one), append(all, one.ID...)
	}
	return all, content.Replace(ctx, clients)
}

// rotatingV2 refreshes the secret of one of the applications at random, of the first few
// only where there are more.
func rotatingV2(all []byte, few int) scenario {
	r := request{method: "PATCH", path: "/api/v2/application/" + blankID + "/refresh-secret"}
	return anyOf("V2 refresh of one among many", r, want{status: 200, text: `"code":200`}, all, few)
}

// turns measures each by turns, and returns the paces of each.
func turns(measures ...func() (pace, error)) ([][]pace, error) {
	paces := make([][]pace, len(measures))
	for round := -1; round < *stateRounds; round++ {
		for i, measure := range measures {
			p, err := measure()
			if err != nil {
				return nil, err
			}
			if round >= 0 { // the first round only warms up
				paces[i] = append(paces[i], p)
			}
		}
	}
	return paces, nil
}

func (t *target) measuring(s scenario) func() (pace, error) {
	return func() (pace, error) { return t.measure(s, stateRound) }
}

func (b *bench) path(name string) string { return filepath.Join(b.folder, name) }
