package checks_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// locksmith is the service of an invented vendor: no such API exists. It is written
// against testdata/locksmith/openapi.yaml and shares nothing with the stand-in, so
// that the referee and the stand-in cannot agree on a mistake. It does what its
// profile says, but for the one fault or manner that it may have, which its seams ask
// for by name.
type locksmith struct {
	terms terms
	fault string

	mu      sync.Mutex
	clients []*lockClient // in the order of their making
	ghosts  []*lockClient // deleted, and listed by a fault
	tokens  map[string]string
	beside  map[string]any // what a fault remembers
}

// terms are what the profiles beside the document differ in.
type terms struct {
	most     int           // live secrets of a client; 0 is no bound
	evict    bool          // past that the oldest goes; otherwise the newest is refused
	soft     bool          // a deleted secret stays listed
	keepLast bool          // the last live secret cannot be deleted
	deadPast bool          // an expiry in the past is taken, and the secret is dead
	boxed    bool          // replies are in an envelope
	revokes  bool          // a token ends with the secret that it was issued to
	grace    time.Duration // how long a rotation leaves the secrets before it; 0 is for good
}

// lockClient is a client as the store has it.
type lockClient struct {
	ID, Key, Workspace string
	Label              string
	Contact, Team      any // text or nil
	Callbacks          []any
	Suspended          bool // it may not authenticate
	locked             bool // by a fault, the same
	Created, Updated   time.Time
	secrets            []*lockSecret
}

type lockSecret struct {
	ID, Value string
	Created   time.Time
	Expires   time.Time // zero for never
	Gone      time.Time // when it ends or ended other than by its expiry; zero for never
	primed    bool      // it has been used
}

// lockCall is one request at work; lockReply is what it comes to.
type lockCall struct {
	*http.Request

	path   []string // unescaped
	who    lockPrincipal
	body   []byte
	client *lockClient
}

type lockReply struct {
	status int
	header http.Header
	body   any // an object; nil is none
	raw    string
}

type lockPrincipal struct {
	key, workspace string
	writes         bool
}

// lockPrincipals are those of the profile's default world.
var lockPrincipals = []lockPrincipal{
	{"lk-admin-4b1f02c7", "north", true},
	{"lk-reader-90d2aa31", "north", false},
	{"lk-foreign-7e55c018", "south", true},
}

const standing = "c00000000000000aa" // the app of the credentials

func newLocksmith(t terms, fault string) *locksmith {
	born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return &locksmith{
		terms: t, fault: fault, tokens: map[string]string{}, beside: map[string]any{},
		clients: []*lockClient{{
			ID: standing, Key: "standing.app", Workspace: "north", Label: "standing", Callbacks: []any{}, Created: born, Updated: born,
			secrets: []*lockSecret{{ID: "s0000000000aa", Value: "T0Zw+4kq/8vYh2bQd1xJm5sLrNcE7uGaViP3oXtKfWM=", Created: born}},
		}},
	}
}

func (l *locksmith) has(fault string) bool { return l.fault == fault }

// remain counts the clients that are not the standing one.
func (l *locksmith) remain() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.clients) - 1
}

// ServeHTTP reads a request, answers it under the lock and writes the answer.
func (l *locksmith) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &lockCall{Request: r}
	c.body, _ = io.ReadAll(io.LimitReader(r.Body, 1<<20))
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
		text, err := url.PathUnescape(segment)
		if err != nil {
			text = segment
		}
		c.path = append(c.path, text)
	}
	if l.has("rotations take their time") && (c.Method == http.MethodPatch || c.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/secrets")) {
		time.Sleep(20 * time.Millisecond)
	}
	l.mu.Lock()
	reply := l.answer(c)
	if l.terms.boxed && c.path[0] == "v1" {
		reply = boxed(reply)
	}
	reply = l.tamper(c, reply)
	l.mu.Unlock()
	reply.write(w, r.Method)
}

// boxed puts a reply into an envelope.
func boxed(reply *lockReply) *lockReply {
	if reply.status >= 400 {
		return &lockReply{status: reply.status, header: reply.header, body: map[string]any{"ok": false, "error": nil, "problem": reply.body}}
	}
	if reply.status == 204 {
		return &lockReply{status: 200, header: reply.header, body: map[string]any{"ok": true}}
	}
	return &lockReply{status: reply.status, header: reply.header, body: map[string]any{"ok": true, "result": reply.body}}
}

func (reply *lockReply) write(w http.ResponseWriter, method string) {
	text := []byte(reply.raw)
	if reply.body != nil {
		text, _ = json.Marshal(reply.body)
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Pragma", "no-cache")
	if len(text) > 0 {
		header.Set("Content-Type", "application/json")
		if reply.status >= 400 && !slices.Contains(slices.Collect(keysOf(reply.body)), "error") {
			header.Set("Content-Type", "application/problem+json")
		}
	}
	for name, values := range reply.header {
		header[name] = values
		if values == nil {
			header.Del(name)
		}
	}
	w.WriteHeader(reply.status)
	if method != http.MethodHead {
		w.Write(text)
	}
}

func keysOf(body any) func(func(string) bool) {
	return func(yield func(string) bool) {
		object, _ := body.(map[string]any)
		for name := range object {
			if !yield(name) {
				return
			}
		}
	}
}

// answer finds the place and the method, and who calls.
func (l *locksmith) answer(c *lockCall) *lockReply {
	l.override(c)
	methods := l.methods(c.path)
	if l.terms.boxed {
		for _, absent := range []string{"PUT", "PATCH"} {
			delete(methods, absent)
		}
		if len(c.path)%2 == 0 && c.path[0] == "v1" {
			delete(methods, "GET")
		}
	}
	if methods == nil {
		return problem(404, "there is nothing at "+c.URL.Path)
	}
	if c.Method == http.MethodOptions && l.has("a preflight is answered") {
		return &lockReply{status: 204, header: http.Header{"Allow": {allow(methods)}}}
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle := methods[method]
	if handle == nil {
		reply := problem(405, "the method has no meaning here")
		reply.header = http.Header{"Allow": {allow(methods)}}
		return reply
	}
	if c.path[0] == "oauth" {
		return handle(c)
	}
	if refusal := l.admit(c); refusal != nil {
		return refusal
	}
	if len(c.path) > 2 {
		if l.has("whom the key does not reach is forbidden") && slices.ContainsFunc(l.clients, func(one *lockClient) bool { return one.ID == c.path[2] && one.Workspace != c.who.workspace }) {
			return problem(403, "the client is of another workspace")
		}
		if c.client = l.find(c, c.path[2]); c.client == nil {
			return l.stranger(c)
		}
	}
	return handle(c)
}

type lockHandler func(*lockCall) *lockReply

// methods are what can be done at a path, nil where there is no such path.
func (l *locksmith) methods(path []string) map[string]lockHandler {
	at := strings.Join(path[:min(2, len(path))], "/")
	switch {
	case at == "v1/clients" && len(path) == 2:
		return map[string]lockHandler{"GET": l.findClients, "POST": l.addClient}
	case at == "v1/clients" && len(path) == 3:
		return map[string]lockHandler{"GET": l.showClient, "PATCH": l.amendClient, "PUT": l.putClient, "DELETE": l.dropClient}
	case at == "v1/clients" && len(path) == 4 && path[3] == "secrets":
		return map[string]lockHandler{"GET": l.findSecrets, "POST": l.cutSecret}
	case at == "v1/clients" && len(path) == 5 && path[3] == "secrets":
		return map[string]lockHandler{"DELETE": l.dropSecret}
	case at == "oauth/token" && len(path) == 2:
		return map[string]lockHandler{"POST": l.issue}
	case at == "oauth/introspect" && len(path) == 2:
		return map[string]lockHandler{"POST": l.introspect}
	case at == "oauth/revoke" && len(path) == 2:
		return map[string]lockHandler{"POST": l.revoke}
	}
	return nil
}

func allow(methods map[string]lockHandler) string {
	var names []string
	for _, name := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		if methods[name] != nil || name == "HEAD" && methods["GET"] != nil {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// admit says who calls, and refuses who may not.
func (l *locksmith) admit(c *lockCall) *lockReply {
	i := slices.IndexFunc(lockPrincipals, func(p lockPrincipal) bool { return p.key == l.key(c) })
	writes := c.Method != http.MethodGet && c.Method != http.MethodHead
	switch {
	case i < 0 && l.lenient(c):
		c.who = lockPrincipals[0]
		return nil
	case i < 0:
		return l.unknownKey(c)
	}
	c.who = lockPrincipals[i]
	switch {
	case c.Header.Get("Locksmith-Workspace") != c.who.workspace && !l.has("the workspace in the header is believed"):
		return problem(403, "the key is of another workspace")
	case writes && !c.who.writes && !l.has("a reader may write"):
		return l.readsOnly()
	}
	return nil
}

func (l *locksmith) find(c *lockCall, id string) *lockClient {
	for _, client := range l.clients {
		if client.ID == id && (client.Workspace == c.Header.Get("Locksmith-Workspace") || l.trespass(c)) {
			return client
		}
	}
	return nil
}

func problem(status int, detail string) *lockReply {
	return &lockReply{status: status, body: map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail, "instance": "urn:locksmith:" + hexes(16),
	}}
}

func hexes(n int) string {
	bytes := make([]byte, n/2)
	rand.Read(bytes)
	return hex.EncodeToString(bytes)
}

func (l *locksmith) instant(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	zone := time.UTC
	if l.has("instants have another offset") {
		zone = time.FixedZone("", 5*3600+1800)
	}
	return at.In(zone).Format(time.RFC3339Nano)
}
