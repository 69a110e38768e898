package fault_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func TestParse(t *testing.T) {
	t.Parallel()
	ten := 10
	tests := map[string]struct {
		text string
		want fault.Fault
	}{
		"a status": {`{"effect":{"status":503}}`, fault.Fault{Effect: fault.Effect{When: fault.Before, Status: 503}}},
		"a status after": {
			`{"effect":{"when":"after","status":500},"times":1}`,
			fault.Fault{Effect: fault.Effect{When: fault.After, Status: 500}, Times: 1},
		},
		"all of a match": {
			`{"match":{"method":"POST","path":"/api/*","provider":"p","operation":"o","client":"c","nth":3,"probability":0.5,"seed":7},"effect":{"reset":true}}`,
			fault.Fault{
				Match:  fault.Match{Method: "POST", Path: "/api/*", Provider: "p", Operation: "o", Client: "c", Nth: 3, Probability: 0.5, Seed: 7},
				Effect: fault.Effect{When: fault.Before, Reset: true},
			},
		},
		"a shape is after": {
			`{"effect":{"truncate":10,"drip":{"bytes":1,"every":"10ms"}}}`,
			fault.Fault{Effect: fault.Effect{When: fault.After, Truncate: &ten, Drip: &fault.Drip{Bytes: 1, Every: wire.Duration(10e6)}}},
		},
		"a shape of a failure is before": {
			`{"effect":{"status":502,"empty":true}}`,
			fault.Fault{Effect: fault.Effect{When: fault.Before, Status: 502, Empty: true}},
		},
		"a throttle": {
			`{"effect":{"throttle":{"limit":5,"per":"1m"}}}`,
			fault.Fault{Effect: fault.Effect{When: fault.Before, Throttle: &fault.Throttle{Limit: 5, Per: wire.Duration(60e9)}}},
		},
		"a seed for a latency": {
			`{"match":{"seed":9007199254740991},"effect":{"latency":{"uniform":{"min":"1ms","max":"9ms"}}}}`,
			fault.Fault{
				Match:  fault.Match{Seed: 1<<53 - 1},
				Effect: fault.Effect{When: fault.Before, Latency: &fault.Latency{Uniform: &fault.Uniform{Min: wire.Duration(1e6), Max: wire.Duration(9e6)}}},
			},
		},
		"log-normal": {
			`{"effect":{"latency":{"log_normal":{"median":"50ms","sigma":0.5}}}}`,
			fault.Fault{Effect: fault.Effect{When: fault.Before, Latency: &fault.Latency{LogNormal: &fault.LogNormal{Median: wire.Duration(50e6), Sigma: 0.5}}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fault.Parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the faults differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, field, says string }{
		"no effect":             {`{"effect":{}}`, "/effect", "status, latency, throttle"},
		"nothing":               {`{}`, "/effect", "status, latency, throttle"},
		"when alone":            {`{"effect":{"when":"after"}}`, "/effect", "status, latency, throttle"},
		"unknown member":        {`{"effects":{}}`, "/effects", "match, effect or times"},
		"unknown in match":      {`{"match":{"verb":"GET"},"effect":{"status":500}}`, "/match/verb", "method"},
		"unknown deep":          {`{"effect":{"latency":{"uniform":{"least":"1s"}}}}`, "/effect/latency/uniform/least", "min or max"},
		"an id":                 {`{"id":"f1","effect":{"status":500}}`, "/id", "match, effect or times"},
		"wrong case":            {`{"effect":{"Status":500}}`, "/effect/Status", "status"},
		"status as text":        {`{"effect":{"status":"503"}}`, "/effect/status", "whole number from 400"},
		"status with fraction":  {`{"effect":{"status":503.5}}`, "/effect/status", "whole number from 400"},
		"effect as list":        {`{"effect":[]}`, "/effect", "an object with when, status"},
		"duration as number":    {`{"effect":{"latency":{"fixed":200}}}`, "/effect/latency/fixed", "1.5s"},
		"no duration":           {`{"effect":{"latency":{"fixed":"200"}}}`, "/effect/latency/fixed", "1.5s"},
		"path as number":        {`{"match":{"path":1},"effect":{"status":500}}`, "/match/path", "a text"},
		"nth below 0":           {`{"match":{"nth":-1},"effect":{"status":500}}`, "/match/nth", "whole number of 0"},
		"status too low":        {`{"effect":{"status":399}}`, "/effect/status", "400 to 599"},
		"status too high":       {`{"effect":{"status":600}}`, "/effect/status", "400 to 599"},
		"when":                  {`{"effect":{"when":"during","status":500}}`, "/effect/when", "before or after"},
		"no distribution":       {`{"effect":{"latency":{}}}`, "/effect/latency", "one of fixed"},
		"two distributions":     {`{"effect":{"latency":{"fixed":"1s","uniform":{"min":"1s","max":"2s"}}}}`, "/effect/latency", "there are 2"},
		"latency below 0":       {`{"effect":{"latency":{"fixed":"-1s"}}}`, "/effect/latency/fixed", "0s to 5m0s"},
		"latency too long":      {`{"effect":{"latency":{"fixed":"5m1s"}}}`, "/effect/latency/fixed", "0s to 5m0s"},
		"min over max":          {`{"effect":{"latency":{"uniform":{"min":"3s","max":"2s"}}}}`, "/effect/latency/uniform/min", "2s or less"},
		"min below 0":           {`{"effect":{"latency":{"uniform":{"min":"-3s","max":"2s"}}}}`, "/effect/latency/uniform/min", "0s to 5m0s"},
		"max too long":          {`{"effect":{"latency":{"uniform":{"min":"3s","max":"6m"}}}}`, "/effect/latency/uniform/max", "0s to 5m0s"},
		"max of nothing":        {`{"effect":{"latency":{"uniform":{"min":"0s","max":"0s"}}}}`, "/effect/latency/uniform/max", "more than 0s"},
		"no median":             {`{"effect":{"latency":{"log_normal":{"sigma":1}}}}`, "/effect/latency/log_normal/median", "more than 0s"},
		"no sigma":              {`{"effect":{"latency":{"log_normal":{"median":"1s"}}}}`, "/effect/latency/log_normal/sigma", "more than 0"},
		"sigma too large":       {`{"effect":{"latency":{"log_normal":{"median":"1s","sigma":11}}}}`, "/effect/latency/log_normal/sigma", "at most 10"},
		"probability over 1":    {`{"match":{"probability":1.1},"effect":{"status":500}}`, "/match/probability", "from 0 to 1"},
		"probability below 0":   {`{"match":{"probability":-0.1},"effect":{"status":500}}`, "/match/probability", "from 0 to 1"},
		"seed for nothing":      {`{"match":{"seed":7},"effect":{"status":500}}`, "/match/seed", "decides nothing"},
		"seed too large":        {`{"match":{"seed":9007199254740992,"probability":0.5},"effect":{"status":500}}`, "/match/seed", "9007199254740991"},
		"method in lower case":  {`{"match":{"method":"post"},"effect":{"status":500}}`, "/match/method", "in capitals"},
		"path without slash":    {`{"match":{"path":"api"},"effect":{"status":500}}`, "/match/path", "slash"},
		"path with query":       {`{"match":{"path":"/api?a=b"},"effect":{"status":500}}`, "/match/path", "path alone"},
		"path with asterisks":   {`{"match":{"path":"/*/b*"},"effect":{"status":500}}`, "/match/path", "before its end"},
		"long text":             {`{"match":{"client":"` + strings.Repeat("c", 2001) + `"},"effect":{"status":500}}`, "/match/client", "at most 2000"},
		"truncate below 0":      {`{"effect":{"truncate":-1}}`, "/effect/truncate", "0 or more"},
		"drip without bytes":    {`{"effect":{"drip":{"every":"1ms"}}}`, "/effect/drip/bytes", "1 or more"},
		"drip without pause":    {`{"effect":{"drip":{"bytes":1}}}`, "/effect/drip/every", "more than 0s"},
		"limit below 0":         {`{"effect":{"throttle":{"limit":-1,"per":"1m"}}}`, "/effect/throttle/limit", "pass"},
		"no window":             {`{"effect":{"throttle":{"limit":1}}}`, "/effect/throttle/per", "more than 0s"},
		"times below 0":         {`{"effect":{"status":500},"times":-1}`, "/times", "0 for all"},
		"times and nth":         {`{"match":{"nth":2},"effect":{"status":500},"times":2}`, "/times", "nth"},
		"reset and status":      {`{"effect":{"reset":true,"status":500}}`, "/effect/status", "contradicts reset"},
		"reset and throttle":    {`{"effect":{"reset":true,"throttle":{"limit":1,"per":"1m"}}}`, "/effect/throttle", "contradicts reset"},
		"reset and empty":       {`{"effect":{"reset":true,"empty":true}}`, "/effect/empty", "contradicts reset"},
		"reset and truncate":    {`{"effect":{"reset":true,"truncate":1}}`, "/effect/truncate", "contradicts reset"},
		"reset and drip":        {`{"effect":{"reset":true,"drip":{"bytes":1,"every":"1ms"}}}`, "/effect/drip", "contradicts reset"},
		"empty and truncate":    {`{"effect":{"empty":true,"truncate":1}}`, "/effect/truncate", "contradicts empty"},
		"empty and drip":        {`{"effect":{"empty":true,"drip":{"bytes":1,"every":"1ms"}}}`, "/effect/drip", "contradicts empty"},
		"throttle after":        {`{"effect":{"when":"after","throttle":{"limit":1,"per":"1m"}}}`, "/effect/when", "want before"},
		"shape before":          {`{"effect":{"when":"before","truncate":1}}`, "/effect/when", "want after"},
		"latency and no answer": {`{"effect":{"when":"before","latency":{"fixed":"1s"},"empty":true}}`, "/effect/when", "want after"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fault.Parse([]byte(test.text))
			wantWrong(t, err, client.Invalid, test.field, test.says)
		})
	}
}

func wantWrong(tb testing.TB, err error, kind client.Kind, field, says string) {
	tb.Helper()
	if err == nil {
		tb.Fatal("got no error")
	}
	failure := client.AsError(err)
	if failure.Kind != kind || failure.Field != field || !strings.Contains(failure.Message, says) {
		tb.Errorf("got %s at %q: %s\nwant %s at %q that says %q", failure.Kind, failure.Field, failure.Message, kind, field, says)
	}
}

func TestParseRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"effect":{"status":500}} x`, `{"times":1,"times":2}`, "\xff"} {
		_, err := fault.Parse([]byte(text))
		wantWrong(t, err, client.Malformed, "", "no JSON object")
	}
}

func TestCheckAll(t *testing.T) {
	t.Parallel()
	fine := fault.Fault{ID: "f1", Effect: fault.Effect{Status: 500}}
	if err := fault.CheckAll([]fault.Fault{fine, {ID: "f2", Effect: fault.Effect{Reset: true}}}); err != nil {
		t.Error(err)
	}
	wantWrong(t, fault.CheckAll([]fault.Fault{fine, fine}), client.Invalid, "/1/id", "two faults")
	for _, id := range []string{"", "1", "f", "f0", "f01", "F1", "f1\r\nX: y", "f18446744073709551615"} {
		wantWrong(t, fault.CheckAll([]fault.Fault{{ID: id, Effect: fine.Effect}}), client.Invalid, "/0/id", "such as f1")
	}
	wantWrong(t, fault.CheckAll([]fault.Fault{{ID: "f1", Effect: fine.Effect, Hits: 1 << 53}}), client.Invalid, "/0/seen", "want 0 to")
	wantWrong(t, fault.CheckAll([]fault.Fault{fine, {ID: "f2"}}), client.Invalid, "/1/effect", "no effect")
	wantWrong(t, fault.CheckAll([]fault.Fault{{ID: "f1", Effect: fine.Effect, Hits: -1}}), client.Invalid, "/0/hits", "less than 0")
	wantWrong(t, fault.CheckAll(make([]fault.Fault, 1001)), client.Limit, "", "1000 faults")
}
