package checks_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/conformance/profile"
)

const tillDocument = `
openapi: 3.0.3
info: {title: Till (invented), version: "1"}
paths:
  /clients:
    post: {operationId: make, requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {"201": {description: made}}}
  /clients/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: show, responses: {"200": {description: shown}}}
    patch: {operationId: change, requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {"200": {description: changed}}}
    delete: {operationId: drop, responses: {"204": {description: dropped}}}
  /clients/{id}/secrets:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post: {operationId: turn, responses: {"200": {description: turned}}}
    get: {operationId: list, responses: {"200": {description: listed}}}
  /clients/{id}/secrets/{sid}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: sid, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {"204": {description: removed}}}
  /introspect:
    post: {operationId: introspect, requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}, responses: {"200": {description: told}}}
`

const tillProfile = `
profile: 1
provider: till
title: Till (invented)
document: openapi.yaml
client_auth: [basic]
oracle: [introspect]
operations:
  create: {operation: make, put: {name: /body/name}, take: {client: /id, secret: /secret}}
  read: {operation: show, put: {client: /path/id}, take: {client: /id}}
  update: {operation: change, put: {client: /path/id}}
  delete: {operation: drop, put: {client: /path/id}}
  rotate: {operation: turn, put: {client: /path/id}, take: {secret: /secret}}
  introspect: {operation: introspect, put: {token: /body/token}, take: {active: /active}}
attributes: [{name: note, write: /note, read: /note, values: [one, two]}]
default_world: {admin: {token: till-admin-token}}
`

// tillLists is what the editions have beside it in which secrets stand side by side.
const tillLists = `
  list_secrets: {operation: list, put: {client: /path/id}, items: /secrets, take: {secret_id: /id, deleted: /deleted}}
  delete_secret: {operation: remove, put: {client: /path/id, secret_id: /path/sid}}
`

// till is a service small enough to go wrong on purpose where requests meet. policy is
// what it keeps to and declares.
type till struct {
	policy profile.Policy
	fault  string

	mu       sync.Mutex
	clients  map[string]*tillClient
	next     int       // for ids
	changes  int       // so far
	turns    int       // rotations so far
	underway int       // rotations and deletions
	busy     time.Time // when two of them were last
}

type tillClient struct {
	note    any
	secrets []*tillSecret
	shown   int // lists so far
}

type tillSecret struct {
	ID      string `json:"id"`
	Deleted bool   `json:"deleted"`
	value   string
	ended   time.Time // zero while it works
	made    time.Time
}

// bind writes profile and document to disk and loads them.
func (l *till) bind(t *testing.T) *profile.Bound {
	t.Helper()
	text := tillProfile
	policy := fmt.Sprintf("policy: {secret_source: %s, rotation: %s, delete_client: hard, accept: 300ms, refuse: 300ms", cmp.Or(l.policy.SecretSource, "reply"), l.policy.Rotation)
	if l.policy.SecretSource == "reveal" {
		text = strings.Replace(text, "attributes:", "  reveal: {operation: show, put: {client: /path/id}, take: {secret: /secret}}\nattributes:", 1)
	}
	if l.policy.Rotation == "add" {
		text = strings.Replace(text, "attributes:", strings.TrimPrefix(tillLists, "\n")+"attributes:", 1)
		policy += fmt.Sprintf(", delete_secret: %s, delete_last: allow", l.policy.DeleteSecret)
	}
	if l.policy.MaxLive > 0 {
		policy += fmt.Sprintf(", max_live: %d, overflow: %s", l.policy.MaxLive, l.policy.Overflow)
	}
	if l.policy.Grace > 0 {
		policy += fmt.Sprintf(", grace: %s", l.policy.Grace)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"profile.yaml": text + policy + "}\n", "openapi.yaml": tillDocument} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bound, err := profile.File(filepath.Join(folder, "profile.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func (l *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	changes := len(path) > 2 && r.Method != http.MethodGet
	if changes {
		l.enter(1)
		time.Sleep(2 * time.Millisecond) // so that requests meet
		defer l.enter(-1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if path[0] == "introspect" {
		l.introspect(w, r)
		return
	}
	c := l.clients[strings.Join(path[min(1, len(path)):min(2, len(path))], "")]
	switch met := time.Since(l.busy) < 100*time.Millisecond; {
	case r.Header.Get("Authorization") != "Bearer till-admin-token":
		if l.fault == "a refused rotation ends the secret" && changes && c != nil {
			c.secrets[len(c.secrets)-1].end()
		}
		answer(w, http.StatusUnauthorized, nil)
	case r.Method == http.MethodPost && len(path) == 1:
		l.next++
		id := fmt.Sprintf("c%d", l.next)
		made := &tillClient{}
		l.clients[id] = made
		answer(w, http.StatusCreated, map[string]any{"id": id, "secret": l.add(made).value})
	case c == nil:
		answer(w, http.StatusNotFound, nil)
	case changes && l.fault == "requests that meet conflict" && met && l.changes%2 == 0:
		l.changes++
		answer(w, http.StatusConflict, nil)
	default:
		l.about(w, r, c, path, met)
	}
}

func (l *till) enter(by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.underway += by
	if l.underway > 1 {
		l.busy = time.Now()
	}
}

// about does what is asked for about a client. Of the faults that lose every fourth
// reply, one change has taken effect and the next has not.
func (l *till) about(w http.ResponseWriter, r *http.Request, c *tillClient, path []string, met bool) {
	status := 0
	if len(path) > 2 && r.Method != http.MethodGet {
		l.changes++
		if l.changes%4 == 0 {
			status = map[string]int{"replies are lost": -1, "answers are faults": 500}[l.fault]
		}
	}
	if status != 0 && l.changes%8 == 0 {
		answer(w, status, nil)
		return
	}
	var body any
	switch {
	case r.Method == http.MethodGet && len(path) == 3:
		body = map[string]any{"secrets": l.list(c)}
	case r.Method == http.MethodPost:
		if l.policy.Overflow == "refuse" && len(c.live()) >= l.policy.MaxLive {
			answer(w, http.StatusConflict, nil)
			return
		}
		body = map[string]any{"secret": l.turn(c, met)}
		if l.policy.SecretSource == "reveal" {
			body = map[string]any{}
		}
	case r.Method == http.MethodPatch:
		var change map[string]any
		json.NewDecoder(r.Body).Decode(&change)
		c.note = change["note"]
		if l.fault == "an update revives the first secret" {
			c.secrets[0].ended = time.Time{}
		}
	case len(path) == 4:
		l.remove(w, c, path[3], met)
		return
	case r.Method == http.MethodDelete:
		delete(l.clients, path[1])
	default:
		body = map[string]any{"id": path[1], "note": c.note}
		if l.policy.SecretSource == "reveal" {
			body = map[string]any{"id": path[1], "note": c.note, "secret": c.secrets[len(c.secrets)-1].value}
		}
	}
	if status == 0 {
		status = map[bool]int{true: http.StatusOK, false: http.StatusNoContent}[body != nil]
	}
	answer(w, status, body)
}

// answer writes a reply; a status of -1 breaks the connection instead.
func answer(w http.ResponseWriter, status int, body any) {
	if status < 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		json.NewEncoder(w).Encode(body)
	}
}

func (l *till) introspect(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	since := time.Now()
	if l.fault == "the token side lags" {
		since = since.Add(-60 * time.Millisecond)
	}
	if c := l.clients[id]; c != nil {
		for i, one := range c.secrets {
			began := one.made.Before(since) || i == 0
			if one.value == secret && began && (one.ended.IsZero() || one.ended.After(since)) {
				answer(w, http.StatusOK, map[string]any{"active": false})
				return
			}
		}
	}
	answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
}
