package checks_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The seams of the service: without a fault each does the right thing.

// lag is shorter than the bounds that the profiles declare.
const lag = 120 * time.Millisecond

// beyond is longer than the bounds that the profiles declare.
const beyond = 800 * time.Millisecond

// pause lets others in between a read and a write.
func (l *locksmith) pause() {
	l.mu.Unlock()
	time.Sleep(25 * time.Millisecond)
	l.mu.Lock()
}

func (l *locksmith) lenient(c *lockCall) bool {
	bare := c.Header.Get("X-Api-Key") == ""
	switch l.fault {
	case "a request without a key is served":
		return bare
	case "a list needs no key":
		return bare && c.Method == http.MethodGet && len(c.path) == 2
	case "any key will do":
		return !bare
	case "an application's token will do":
		return l.tokens[l.key(c)] != ""
	case "an application's token may read":
		return l.tokens[l.key(c)] != "" && c.Method == http.MethodGet
	}
	return false
}

// trespass lets a caller reach the clients of other workspaces.
func (l *locksmith) trespass(c *lockCall) bool {
	switch l.fault {
	case "another workspace may rotate":
		return c.Method == http.MethodPost || c.Method == http.MethodPatch
	case "another workspace may read":
		return c.Method == http.MethodGet
	case "another workspace may delete":
		return c.Method == http.MethodDelete
	}
	return false
}

// stranger answers for a client that is not there.
func (l *locksmith) stranger(c *lockCall) *lockReply {
	if buried := l.exhume("a rotation brings a deleted client back", c.path[2]); buried != nil && c.is(http.MethodPost, 2) {
		l.clients = append(l.clients, buried)
	}
	if reply := l.unheardOf(c); reply != nil {
		return reply
	}
	switch {
	case l.has("an unknown client is rotated") && c.Method == http.MethodPost:
		return &lockReply{status: 201, body: map[string]any{
			"id": "s" + hexes(12), "secret": "never-a-secret-of-anybody", "created_at": l.instant(time.Now()), "expires_at": nil,
		}}
	case l.has("an unknown client is a fault of the server"):
		return problem(500, "no rows")
	case l.has("an unknown client is deleted") && c.Method == http.MethodDelete:
		return &lockReply{status: 204}
	case l.has("an odd id splits the response") && strings.ContainsAny(c.path[2], "\r\n"):
		reply := problem(404, "no such client")
		_, injected, _ := strings.Cut(strings.NewReplacer("\r", "\n").Replace(c.path[2]), "\n")
		name, value, _ := strings.Cut(strings.TrimSpace(injected), ":")
		reply.header = http.Header{http.CanonicalHeaderKey(strings.TrimSpace(name)): {strings.TrimSpace(value)}}
		return reply
	case l.has("an odd id is a fault of the server") && strings.ContainsAny(c.path[2], "'\"\\"):
		return problem(500, "syntax error")
	case l.has("an odd id is served") && strings.ContainsAny(c.path[2], "'\"\\\r\n\x00"):
		return &lockReply{status: 200, body: l.show(l.clients[0])}
	}
	return problem(404, "there is no such client")
}

// malformed answers a body that cannot be read.
func (l *locksmith) malformed(c *lockCall, err error) *lockReply {
	if errors.Is(err, errLockMedia) {
		return l.mislabelled(c)
	}
	switch l.fault {
	case "a body that is no JSON is a fault of the server":
		return problem(500, err.Error())
	case "a stack trace is shown":
		reply := problem(400, "goroutine 12 [running]:\nmain.read(0xc000132000)\n\t/srv/locksmith/body.go:41 +0x1b")
		return reply
	case "what follows a body is not looked at":
		decoder := json.NewDecoder(bytes.NewReader(c.body))
		var object map[string]any
		if decoder.Decode(&object) == nil && object != nil {
			c.body, _ = json.Marshal(object)
			c.Header.Set("Content-Type", "application/json")
			return l.answer(c)
		}
	case "a body that is no JSON counts as empty":
		if c.Method == http.MethodPatch || c.Method == http.MethodPost && len(c.path) == 4 {
			c.body = []byte("{}")
			c.Header.Set("Content-Type", "application/json")
			return l.answer(c)
		}
	case "a body that is no JSON is refused after the write":
		if c.Method == http.MethodPost && len(c.path) == 4 {
			l.add(c.client)
		}
	}
	return problem(400, err.Error())
}

// late answers a rotation that is refused for its expiry.
func (l *locksmith) late(c *lockCall, refusal *lockReply) *lockReply {
	switch l.fault {
	case "an expiry that is no date is a fault of the server":
		return problem(500, "cannot scan")
	case "a rotation is refused after the write":
		l.add(c.client)
	}
	return refusal
}

// add makes one secret more, whatever the terms say.
func (l *locksmith) add(client *lockClient) {
	client.secrets = append(client.secrets, &lockSecret{ID: "s" + hexes(12), Value: l.cut(client), Created: time.Now()})
}

// sloppy takes a value of a member that does not fit.
func (l *locksmith) sloppy(name string, value any) bool {
	switch l.fault {
	case "a label may be empty":
		return name == "label" && value == ""
	case "null will do":
		return value == nil
	case "a number will do for a text":
		_, number := value.(float64)
		return number && name != "callbacks"
	case "any value will do":
		return true
	}
	return false
}

// assign writes what is not the caller's to write.
func (l *locksmith) assign(client *lockClient, object map[string]any) {
	text := func(name string) (string, bool) {
		value, ok := object[name].(string)
		return value, ok
	}
	if value, ok := text("key"); ok && l.has("an update changes the key") {
		client.Key = value
	}
	if value, ok := text("workspace"); ok && l.has("a replacement moves the client") {
		client.Workspace = value
	}
	if value, ok := text("created_at"); ok && l.has("an update sets the day of making") {
		client.Created, _ = time.Parse(time.RFC3339, value)
	}
	if l.has("an update makes a new secret") {
		l.replaceSecret(client, l.cut(client))
	}
}

// window is the part of a list that a page shows.
func (l *locksmith) window(from, to, total int) (int, int) {
	switch {
	case l.has("a page skips one") && from > 0:
		from = min(from+1, to)
	case l.has("a page shows one again") && from > 0 && from < total:
		from--
	case l.has("a page has one too many"):
		to = min(to+1, total)
	case l.has("the list misses the newest"):
		to = min(to, total-1)
		from = min(from, to)
	}
	return from, to
}

// dropped answers a deletion.
func (*locksmith) dropped(*lockCall) *lockReply {
	return &lockReply{status: 204}
}

// noSecret answers for a secret that the client has not.
func (l *locksmith) noSecret(c *lockCall) *lockReply {
	switch {
	case l.has("a secret's id alone decides"):
		for _, client := range l.clients {
			for _, secret := range client.secrets {
				if secret.ID == c.path[4] && !secret.gone(time.Now()) {
					secret.Gone = time.Now()
					return &lockReply{status: 204}
				}
			}
		}
	case l.has("deleting again is a fault of the server"):
		return problem(500, "no rows")
	case l.has("deleting nothing deletes the newest"):
		if alive := c.client.alive(); len(alive) > 0 {
			alive[len(alive)-1].Gone = time.Now()
		}
	case l.has("deleting again succeeds"):
		return &lockReply{status: 204}
	}
	return problem(404, "there is no such secret")
}

// droppedAgain answers a second soft deletion.
func (l *locksmith) droppedAgain(c *lockCall, secret *lockSecret) *lockReply {
	if l.has("deleting again brings the secret back") {
		secret.Gone = time.Time{}
	}
	return l.droppedSecret(c, secret)
}

// interrupted is where a rotation notices that its caller has hung up.
func (l *locksmith) interrupted(c *lockCall) *lockReply {
	if !strings.HasPrefix(l.fault, "a rotation whose caller hangs up ") {
		return nil
	}
	time.Sleep(10 * time.Millisecond) // with the lock held: whoever asks next sees what came of it
	left := c.Context().Err() != nil
	switch {
	case left && l.has("a rotation whose caller hangs up ends the older secrets"):
		for _, secret := range c.client.secrets {
			secret.Gone = time.Now()
		}
	case left && l.has("a rotation whose caller hangs up is made twice"):
		l.add(c.client)
	case left:
		l.beside["locked "+c.client.ID] = true
	case l.beside["locked "+c.client.ID] == true:
		return problem(409, "a rotation is under way")
	}
	return nil
}

// withdraw deletes a secret.
func (l *locksmith) withdraw(client *lockClient, secret *lockSecret) {
	now := time.Now()
	switch l.fault {
	case "a deletion takes the others along":
		for _, one := range client.secrets {
			one.Gone = now
		}
	case "a deletion only says so":
	case "a deletion hits the next secret":
		i := slices.Index(client.secrets, secret)
		client.secrets[(i+1)%len(client.secrets)].Gone = now
	default:
		secret.Gone = now
	}
}

// weaken is where secrets are not as good as they should be.
func (l *locksmith) weaken(client *lockClient, value string) string {
	made, _ := l.beside["made "+client.ID].(int)
	l.beside["made "+client.ID] = made + 1
	switch l.fault {
	case "secrets are letters and digits":
		return hexes(64)
	case "secrets are short":
		return "locksmith-secret-" + value[:4] // long enough for the document
	case "secrets have few characters that change":
		return fmt.Sprintf("locksmith-%032d", int(value[0])*256+int(value[1]))
	case "a secret comes again":
		return digest(fmt.Sprint(client.ID, made%2))
	case "two clients have the same secrets":
		return digest(fmt.Sprint(made))
	}
	return l.patterned(value, made)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// reveal is the value that the reply to a rotation shows.
func (l *locksmith) reveal(client *lockClient, secret *lockSecret) string {
	switch l.fault {
	case "a rotation shows a mask":
		return strings.Repeat("*", 40) + secret.Value[40:]
	case "a rotation shows a digest":
		return digest(secret.Value)
	case "a rotation shows the secret before":
		return client.secrets[max(0, len(client.secrets)-2)].Value
	}
	return secret.Value
}

// tamper has the last word on a reply.
func (l *locksmith) tamper(c *lockCall, reply *lockReply) *lockReply {
	fault := replyFaults[l.fault]
	if fault == nil {
		fault = callersReplies[l.fault]
	}
	if fault == nil {
		fault = wireReplies[l.fault]
	}
	if fault == nil {
		return reply
	}
	if object, ok := reply.body.(map[string]any); ok {
		reply.body = maps.Clone(object)
	}
	if reply.header = reply.header.Clone(); reply.header == nil {
		reply.header = http.Header{}
	}
	fault(l, c, reply)
	return reply
}
