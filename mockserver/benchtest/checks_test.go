package benchtest

import (
	"encoding/json"
	"fmt"
	"time"
)

const (
	rounds = 7
	budget = 350 * time.Millisecond
)

// whatChecksCost measures each documented operation with the checks of requests and
// replies on and off.
func whatChecksCost(b *bench) ([]row, error) {
	const bound = 0.85
	checked, err := b.keyturn()
	if err != nil {
		return nil, err
	}
	defer b.stop(checked)
	unchecked, err := b.keyturn("--validation", "off")
	if err != nil {
		return nil, err
	}
	defer b.stop(unchecked)
	var rows []row
	for _, s := range documented() {
		paces, err := interleaved(s, rounds, budget, checked, unchecked)
		if err != nil {
			return nil, err
		}
		rows = append(rows, atLeast(bound, "checked : unchecked, "+s.name, ratios(paces[0], paces[1])).
			with("%s : %s; by CPU %.2f", middle(paces[0]), middle(paces[1]), median(costs(paces[1], paces[0]))))
	}
	return rows, nil
}

// documented is every operation of the vendors' documents. Those that make the
// state grow start from a reset state every few requests, and what they need is made
// without being measured.
func documented() []scenario {
	// An application with many secrets is slow to copy, which would hide the checks.
	const fewSecrets, manyClients = 32, 2000
	client := request{method: "POST", path: angus, media: jsonType, body: angusBody}
	register := traffic{want: want{status: 201, text: `"code":"S"`}, write: client.numbered()}
	change := func(method string) scenario {
		r := client
		r.method = method
		return scenario{
			name: "AngusGM " + method, prepare: first(resetState, fill(register, 1)),
			traffic: traffic{want: want{status: 200, text: `"code":"S"`}, write: writeFirst(r.numbered())},
		}
	}
	remove := request{method: "DELETE", path: angus + "?ids=" + angusID}
	var added ids
	return []scenario{
		refreshing,
		{name: "V3 refresh", traffic: traffic{want: want{status: 200, text: `"statusCode":200`}, write: rotate.always()}},
		{name: "AngusGM GET list", prepare: resetState, traffic: ok(request{method: "GET", path: angus})},
		{name: "AngusGM GET", prepare: resetState, traffic: ok(request{method: "GET", path: angus + "/00000000-0000-4000-8000-000000000001"})},
		{name: "AngusGM POST", prepare: resetState, batch: manyClients, traffic: register},
		change("PUT"),
		change("PATCH"),
		{
			name: "AngusGM DELETE", prepare: first(resetState, fill(register, manyClients)), batch: manyClients,
			traffic: traffic{want: want{status: 204}, write: remove.numbered()},
		},
		{name: "Identity POST", prepare: resetState, batch: fewSecrets, traffic: ok(add)},
		{name: "Identity GET", prepare: resetState, traffic: ok(list)},
		{
			name: "Identity DELETE", prepare: first(resetState, fill(ok(add), fewSecrets), added.read), batch: fewSecrets,
			traffic: traffic{want: want{status: 200}, write: added.remove},
		},
	}
}

var refreshing = scenario{name: "V2 refresh", traffic: traffic{want: want{status: 200, text: `"code":200`}, write: refresh.always()}}

func ok(r request) traffic { return traffic{want: want{status: 200}, write: r.always()} }

func resetState(l *load) error {
	_, err := l.conns[0].exchange([]byte(reset.text()), want{status: 204})
	return err
}

func fill(t traffic, count int) func(*load) error {
	return func(l *load) error {
		_, _, err := l.run(count, time.Minute, t)
		return err
	}
}

func first(steps ...func(*load) error) func(*load) error {
	return func(l *load) error {
		for _, step := range steps {
			if err := step(l); err != nil {
				return err
			}
		}
		return nil
	}
}

// writeFirst writes the same numbered request every time.
func writeFirst(write func([]byte, int) []byte) func([]byte, int) []byte {
	text := write(nil, 0)
	return func(dst []byte, _ int) []byte { return append(dst, text...) }
}

// ids are the secrets that an application has.
type ids []string

func (list *ids) read(l *load) error {
	body, err := l.conns[0].exchange([]byte(request{method: "GET", path: secrets}.text()), want{status: 200})
	if err != nil {
		return err
	}
	var shown []struct{ ClientSecretID string }
	if err := json.Unmarshal(body, &shown); err != nil {
		return fmt.Errorf("read the list of secrets: %w", err)
	}
	*list = (*list)[:0]
	for _, one := range shown {
		*list = append(*list, request{method: "DELETE", path: secrets + "/" + one.ClientSecretID}.text())
	}
	return nil
}

func (list *ids) remove(dst []byte, i int) []byte { return append(dst, (*list)[i%len(*list)]...) }
