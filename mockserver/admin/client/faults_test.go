package client_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// faults has one of everything that a fault can be.
func faults() map[string]client.Fault {
	seed := uint64(7)
	return map[string]client.Fault{
		"match": {
			Match: client.Match{
				Provider: "p", Operation: "o", Client: "c", Method: "POST", Path: "/a", Nth: 3, Probability: 0.5, Seed: &seed,
			},
			Effect: client.Effect{When: client.After, Status: 503}, Times: 1,
		},
		"fixed":         {Effect: client.Effect{When: client.Before, Latency: &client.Latency{Fixed: 1500 * time.Microsecond}}},
		"no time":       {Effect: client.Effect{When: client.Before, Latency: &client.Latency{}}},
		"uniform":       {Effect: client.Effect{When: client.Before, Latency: &client.Latency{Uniform: &client.Uniform{Max: time.Second}}}},
		"log-normal":    {Effect: client.Effect{When: client.Before, Latency: &client.Latency{LogNormal: &client.LogNormal{Median: time.Second, Sigma: 0.5}}}},
		"throttle":      {Effect: client.Effect{When: client.Before, Throttle: &client.Throttle{Limit: 5, Per: time.Minute}}},
		"nothing":       {Effect: client.Effect{When: client.After, Truncate: new(0)}},
		"reset":         {Effect: client.Effect{When: client.After, Reset: true}},
		"empty":         {Effect: client.Effect{When: client.After, Empty: true}},
		"cut and drips": {Effect: client.Effect{When: client.After, Truncate: new(10), Drip: &client.Drip{Bytes: 1, Every: 10 * time.Millisecond}}},
	}
}

var faultTexts = map[string]string{
	"match": `"match":{"provider":"p","operation":"o","client":"c","method":"POST","path":"/a","nth":3,"probability":0.5,"seed":7},` +
		`"effect":{"when":"after","status":503},"times":1}`,
	"fixed":         `"effect":{"when":"before","latency":{"fixed":"1.5ms"}}}`,
	"no time":       `"effect":{"when":"before","latency":{"fixed":"0s"}}}`,
	"uniform":       `"effect":{"when":"before","latency":{"uniform":{"min":"0s","max":"1s"}}}}`,
	"log-normal":    `"effect":{"when":"before","latency":{"log_normal":{"median":"1s","sigma":0.5}}}}`,
	"throttle":      `"effect":{"when":"before","throttle":{"limit":5,"per":"1m0s"}}}`,
	"nothing":       `"effect":{"when":"after","truncate":0}}`,
	"reset":         `"effect":{"when":"after","reset":true}}`,
	"empty":         `"effect":{"when":"after","empty":true}}`,
	"cut and drips": `"effect":{"when":"after","truncate":10,"drip":{"bytes":1,"every":"10ms"}}}`,
}

// TestFaults sends each fault and gets it back as the plane shows it.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := faultTexts[name]
			shown := `{"id":"f1","hits":2,"seen":3,` + text
			if fault.Match == (client.Match{}) {
				shown = `{"id":"f1","hits":2,"seen":3,"match":{},` + text
			}
			want := fault
			want.ID, want.Hits, want.Seen = "f1", 2, 3

			admin, sent := plane(t, "addFault", 201, shown)
			got, err := admin.AddFault(t.Context(), want)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			if *sent != "{"+text {
				t.Errorf("sent %s, want {%s", *sent, text)
			}

			admin, _ = plane(t, "listFaults", 200, `{"faults":[`+shown+`]}`)
			all, err := admin.Faults(t.Context())
			if diff := cmp.Diff([]client.Fault{want}, all); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}
