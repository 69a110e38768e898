package client_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// plane answers every request with one reply, and holds both to the operation.
func plane(t *testing.T, operationID string, status int, reply string) (admin *client.Client, sent *string) {
	t.Helper()
	operation := documented(t)[operationID]
	answer := contract.Reply{Status: status}
	if reply != "" {
		tree, err := wire.Decode([]byte(reply))
		if err != nil {
			t.Fatal(err)
		}
		answer.Media, answer.Body = contract.JSON, tree
	}
	if err := operation.CheckReply(answer); err != nil {
		t.Fatalf("the reply of this test is none: %v", err)
	}
	sent = new(string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*sent = string(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		hold(t, operation, r)
		if reply != "" {
			w.Header().Set("Content-Type", contract.JSON)
		}
		w.WriteHeader(status)
		w.Write([]byte(reply))
	}))
	t.Cleanup(server.Close)
	return client.New(server.URL, client.Options{Token: token}), sent
}

const entry = `"id": 12, "request_id": "r1", "at": "2099-01-02T03:04:05Z", "took_ms": 1.5, "provider": "p", "operation": "o", "method": "POST", "url": "/a?b=c",
	"request": {"headers": {"A": ["b"]}, "body": null}, "status": 409, "reply": {"headers": {}, "body": {"c": 1}}, "violation": "conflict: taken", "fault": "f1 reset",
	"uses": [{"realm": "x", "client": "c", "secret": "s", "fingerprint": "0a1b2c3d", "outcome": "expired"}],
	"changes": [{"realm": "x", "client": "c", "secret": "s", "fingerprint": "0a1b2c3d", "kind": "issued", "expires_at": "2100-01-02T03:04:05Z"},
		{"realm": "x", "client": "c", "secret": "t", "fingerprint": "4e5f6a7b", "kind": "removed"}]`

var (
	noon    = time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC)
	request = client.Request{
		ID: 12, RequestID: "r1", At: noon, Took: 1500 * time.Microsecond, Provider: "p", Operation: "o", Method: "POST", URL: "/a?b=c",
		Sent: client.Message{Header: http.Header{"A": {"b"}}}, Status: 409,
		Reply:     client.Message{Header: http.Header{}, Body: json.RawMessage(`{"c": 1}`)},
		Violation: "conflict: taken", Fault: "f1 reset",
		Uses: []client.SecretUse{{Realm: "x", Client: "c", Secret: "s", Fingerprint: "0a1b2c3d", Outcome: "expired"}},
		Changes: []client.SecretChange{
			{Realm: "x", Client: "c", Secret: "s", Fingerprint: "0a1b2c3d", Kind: "issued", ExpiresAt: noon.AddDate(1, 0, 0)},
			{Realm: "x", Client: "c", Secret: "t", Fingerprint: "4e5f6a7b", Kind: "removed"},
		},
	}
)

func both[T any](value T, err error) (any, error) { return value, err }

func TestReplies(t *testing.T) {
	t.Parallel()
	const (
		namespaceText = `{"name": "a", "created_at": "2099-01-02T03:04:05Z", "used_at": "2099-01-02T03:04:06Z", "idle": "30m0s"}`
		clockText     = `{"now": "2099-01-02T03:04:05Z", "system": "2099-01-01T03:04:05Z", "frozen": true, "offset": "24h0m0s"}`
		behindText    = `{"now": "2099-01-02T03:04:05Z", "system": "2099-01-02T03:04:06Z", "frozen": false, "offset": "-1s"}`
	)
	namespace := client.NamespaceInfo{Name: "a", CreatedAt: noon, UsedAt: noon.Add(time.Second), Idle: 30 * time.Minute}
	clock := client.Clock{Now: noon, System: noon.AddDate(0, 0, -1), Frozen: true, Offset: 24 * time.Hour}
	seed := uint64(7)
	for name, test := range map[string]struct {
		operation string
		status    int
		reply     string
		ask       func(*client.Client) (any, error)
		want      any
		sent      string
	}{
		"namespaces": {
			"listNamespaces", 200, `{"namespaces": [` + namespaceText + `, {"name": "b", "created_at": "2099-01-02T03:04:05Z", "used_at": "2099-01-02T03:04:05Z", "idle": ""}], "bounds": {"count": 9}}`,
			func(c *client.Client) (any, error) { return both(c.Namespaces(t.Context())) },
			[]client.NamespaceInfo{namespace, {Name: "b", CreatedAt: noon, UsedAt: noon}}, "",
		},
		"new namespace": {
			"createNamespace", 201, namespaceText,
			func(c *client.Client) (any, error) {
				return both(c.CreateNamespace(t.Context(), client.NewNamespace{Name: "a", From: "b", Snapshot: "s", Seed: &seed, Idle: time.Minute}))
			},
			namespace, `{"name":"a","from":"b","snapshot":"s","seed":7,"idle":"1m0s"}`,
		},
		"new namespace for ever": {
			"createNamespace", 201, namespaceText,
			func(c *client.Client) (any, error) {
				return both(c.CreateNamespace(t.Context(), client.NewNamespace{Name: "a", Idle: client.Forever}))
			},
			namespace, `{"name":"a","idle":"0s"}`,
		},
		"new namespace by its name": {
			"createNamespace", 201, namespaceText,
			func(c *client.Client) (any, error) {
				return both(c.CreateNamespace(t.Context(), client.NewNamespace{Name: "a"}))
			},
			namespace, `{"name":"a"}`,
		},
		"namespace": {
			"getNamespace", 200, namespaceText,
			func(c *client.Client) (any, error) { return both(c.NamespaceInfo(t.Context(), "a")) },
			namespace, "",
		},
		"clock": {
			"getClock", 200, clockText,
			func(c *client.Client) (any, error) { return both(c.Clock(t.Context())) },
			clock, "",
		},
		"clock set": {
			"putClock", 200, clockText,
			func(c *client.Client) (any, error) { return both(c.SetClock(t.Context(), noon)) },
			clock, `{"at":"2099-01-02T03:04:05Z"}`,
		},
		"clock advanced": {
			"putClock", 200, clockText,
			func(c *client.Client) (any, error) { return both(c.AdvanceClock(t.Context(), 36*time.Hour)) },
			clock, `{"advance":"36h0m0s"}`,
		},
		"clock stopped": {
			"putClock", 200, clockText,
			func(c *client.Client) (any, error) { return both(c.FreezeClock(t.Context())) },
			clock, `{"freeze":true}`,
		},
		"clock running": {
			"putClock", 200, behindText,
			func(c *client.Client) (any, error) { return both(c.RunClock(t.Context())) },
			client.Clock{Now: noon, System: noon.Add(time.Second), Offset: -time.Second}, `{"freeze":false}`,
		},
		"clock released": {
			"putClock", 200, clockText,
			func(c *client.Client) (any, error) { return both(c.ReleaseClock(t.Context())) },
			clock, `{"release":true}`,
		},
		"propagation": {
			"getPropagation", 200, `{"accept_new_after": "20s", "refuse_old_after": "1m0s", "replicas": 2}`,
			func(c *client.Client) (any, error) { return both(c.Propagation(t.Context())) },
			client.Propagation{AcceptNewAfter: 20 * time.Second, RefuseOldAfter: time.Minute, Replicas: 2}, "",
		},
		"drift": {
			"getDrift", 200, `{"upstream": "https://id.example", "exchanges": 3, "drifted": 1, "unanswered": 2, "dropped": 0, "findings": [{"level": "violation", "operation": "o", "direction": "reply",
				"in": "body", "member": "/a/*", "rule": "required member is missing", "count": 2, "first": "2099-01-02T03:04:05Z", "last": "2099-01-02T03:04:05Z", "example": "r-1"}]}`,
			func(c *client.Client) (any, error) { return both(c.Drift(t.Context())) },
			client.Drift{Upstream: "https://id.example", Exchanges: 3, Drifted: 1, Unanswered: 2, Findings: []client.DriftFinding{{
				Level: "violation", Operation: "o", Direction: "reply", In: "body", Member: "/a/*", Rule: "required member is missing", Count: 2, First: noon, Last: noon, Example: "r-1",
			}}}, "",
		},
		"no propagation": {
			"putPropagation", 200, `{"accept_new_after": "0s", "refuse_old_after": "0s", "replicas": 1}`,
			func(c *client.Client) (any, error) { return nil, c.SetPropagation(t.Context(), client.Propagation{}) },
			nil, `{"accept_new_after":"0s","refuse_old_after":"0s","replicas":1}`,
		},
		"requests": {
			"listRequests", 200, `{"entries": [], "evicted": 0, "bounds": {"entries": 1, "bytes": 2}}`,
			func(c *client.Client) (any, error) { return both(c.Requests(t.Context())) },
			[]client.Request{}, "",
		},
		"unmatched": {
			"listUnmatched", 200, `{"entries": [{` + entry + `, "nearest": {"provider": "p", "operation": "o", "method": "PUT", "path": "/{a}"}, "reason": "the method"}, {` + entry + `, "nearest": null, "reason": "the path"}], "evicted": 4}`,
			func(c *client.Client) (any, error) { return both(c.Unmatched(t.Context())) },
			client.Unmatched{Evicted: 4, Entries: []client.UnmatchedRequest{
				{Request: request, Nearest: &client.Operation{Provider: "p", Operation: "o", Method: "PUT", Path: "/{a}"}, Reason: "the method"},
				{Request: request, Reason: "the path"},
			}}, "",
		},
		"archive": {
			"exportRequests", 200, `{"log": {"version": "1.2", "creator": {}, "entries": []}}`,
			func(c *client.Client) (any, error) { return both(c.HAR(t.Context())) },
			[]byte(`{"log": {"version": "1.2", "creator": {}, "entries": []}}`), "",
		},
		"snapshots": {
			"listSnapshots", 200, `{"snapshots": [{"name": "before", "taken_at": "2099-01-02T03:04:05Z"}]}`,
			func(c *client.Client) (any, error) { return both(c.Snapshots(t.Context())) },
			[]client.SnapshotInfo{{Name: "before", TakenAt: noon}}, "",
		},
		"new snapshot": {
			"saveSnapshot", 201, `{"name": "before", "taken_at": "2099-01-02T03:04:05Z"}`,
			func(c *client.Client) (any, error) { return both(c.SaveSnapshot(t.Context(), "before")) },
			client.SnapshotInfo{Name: "before", TakenAt: noon}, `{"name":"before"}`,
		},
		"snapshot": {
			"getSnapshot", 200, `{"format": "keyturn-snapshot", "version": 1}`,
			func(c *client.Client) (any, error) { return both(c.Snapshot(t.Context(), "before")) },
			[]byte(`{"format": "keyturn-snapshot", "version": 1}`), "",
		},
		"snapshot put": {
			"putSnapshot", 204, "",
			func(c *client.Client) (any, error) {
				return nil, c.PutSnapshot(t.Context(), "before", []byte(`{"format": "keyturn-snapshot", "version": 1, "seed": 18446744073709551615}`))
			},
			nil, `{"format":"keyturn-snapshot","version":1,"seed":18446744073709551615}`,
		},
		"differences": {
			"diffSnapshot", 200, `{"changes": [{"path": "/a", "after": null}, {"path": "/b", "before": {"c": 1}}]}`,
			func(c *client.Client) (any, error) { return both(c.DiffSnapshot(t.Context(), "before", "")) },
			[]client.SnapshotChange{{Path: "/a", After: json.RawMessage("null")}, {Path: "/b", Before: json.RawMessage(`{"c": 1}`)}}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, sent := plane(t, test.operation, test.status, test.reply)
			got, err := test.ask(admin)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if *sent != test.sent {
				t.Errorf("sent %s, want %s", *sent, test.sent)
			}
		})
	}
}
