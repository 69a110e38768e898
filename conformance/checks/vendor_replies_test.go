package checks_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// is reports whether a call is of a method at a path of so many segments below
// /v1/clients; 0 is the collection.
func (c *lockCall) is(method string, below int) bool {
	return c.Method == method && len(c.path) == 2+below && c.path[0] == "v1"
}

// object is the body of a reply, which is a copy that may be changed.
func (reply *lockReply) object() map[string]any {
	object, _ := reply.body.(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	return object
}

func (reply *lockReply) become(other *lockReply) { *reply = *other }

// rotatesBy is a method that means to ask and adds a secret.
func rotatesBy(method string) func(*locksmith, *lockCall, *lockReply) {
	return func(l *locksmith, c *lockCall, _ *lockReply) {
		if c.is(method, 2) {
			if i := l.index(c); i >= 0 {
				l.add(l.clients[i])
			}
		}
	}
}

// index is where the client of a path is among those of every workspace, -1 where it is not.
func (l *locksmith) index(c *lockCall) int {
	return slices.IndexFunc(l.clients, func(one *lockClient) bool { return len(c.path) > 2 && one.ID == c.path[2] })
}

// replyFaults are those that can be made when all else is done.
var replyFaults = map[string]func(*locksmith, *lockCall, *lockReply){
	"a refusal has no body": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status >= 400 && c.path[0] == "v1" {
			reply.body = nil
		}
	},
	"a 401 has no challenge": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.path[0] == "v1" {
			reply.header.Del("Www-Authenticate")
		}
	},
	"a write is made although it is refused": func(l *locksmith, c *lockCall, reply *lockReply) {
		if (reply.status == 401 || reply.status == 403) && c.Method == http.MethodPost && len(c.path) == 4 {
			if client := l.find(c, c.path[2]); client != nil {
				l.add(client)
			}
		}
	},
	"a refusal for want of a key is a 403": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 401 && c.path[0] == "v1" {
			reply.become(problem(403, "no key"))
		}
	},
	"a challenge names no scheme": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 401 && c.path[0] == "v1" {
			reply.header.Set("Www-Authenticate", `="locksmith"`)
		}
	},
	"a secret is deleted although it is refused": func(l *locksmith, c *lockCall, reply *lockReply) {
		if (reply.status == 401 || reply.status == 403) && c.is(http.MethodDelete, 3) {
			if client := l.find(c, c.path[2]); client != nil {
				client.secrets[len(client.secrets)-1].Gone = time.Now()
			}
		}
	},
	"another workspace rotates and is told no": func(l *locksmith, c *lockCall, reply *lockReply) {
		if i := l.index(c); reply.status == 404 && i >= 0 && c.is(http.MethodPost, 2) {
			l.add(l.clients[i])
		}
	},
	"another workspace deletes and is told no": func(l *locksmith, c *lockCall, reply *lockReply) {
		if i := l.index(c); reply.status == 404 && i >= 0 && c.is(http.MethodDelete, 1) {
			l.clients = slices.Delete(l.clients, i, i+1)
		}
	},
	"an unknown client is made by its rotation": func(l *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 404 && c.is(http.MethodPost, 2) && l.index(c) < 0 {
			ghost := &lockClient{ID: c.path[2], Key: c.path[2], Workspace: c.who.workspace, Label: "ghost", Callbacks: []any{}}
			l.add(ghost)
			l.clients = append(l.clients, ghost)
		}
	},
	"a rotation answers with another id": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPatch, 1) && reply.status == 200 && bytes.Contains(c.body, []byte(`"secret"`)) {
			reply.object()["id"] = "c" + hexes(16)
		}
	},
	"a HEAD rotates":     rotatesBy(http.MethodHead),
	"an OPTIONS rotates": rotatesBy(http.MethodOptions),
	"an envelope says success of a refusal": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status >= 400 && c.path[0] == "v1" {
			reply.object()["ok"] = true
		}
	},
	"an envelope says failure of a success": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 404 {
			reply.status = 200
		}
	},
	"a read has no envelope": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if inner, ok := reply.object()["result"].(map[string]any); ok && c.is(http.MethodGet, 1) {
			reply.body = inner
		}
	},
	"a read shows the secret in base64": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.object()["checksum"] = base64.StdEncoding.EncodeToString([]byte(c.client.secrets[0].Value))
		}
	},
	"a list shows secrets in hexadecimal": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 0) && reply.status == 200 {
			reply.object()["trace"] = hex.EncodeToString([]byte(l.clients[len(l.clients)-1].secrets[0].Value))
		}
	},
	"a refusal repeats the key of the caller": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status >= 400 && c.path[0] == "v1" {
			reply.object()["caller"] = c.Header.Get("X-Api-Key")
		}
	},
	"the status in a problem is a text": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if status, ok := reply.object()["status"].(int); ok {
			reply.object()["status"] = strconv.Itoa(status)
		}
	},
	"a creation answers 200": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPost, 0) && reply.status == 201 {
			reply.status = 200
		}
	},
	"a rotation answers 200": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPost, 2) && reply.status == 201 {
			reply.status = 200
		}
	},
	"a read is called HTML": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) {
			reply.header.Set("Content-Type", "text/html")
		}
	},
	"a read is in an envelope": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.body = map[string]any{"data": reply.body}
		}
	},
	"a list is an array": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 2) && reply.status == 200 {
			reply.body = reply.object()["secrets"]
		}
	},
	"a required member is missing": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) {
			delete(reply.object(), "workspace")
		}
	},
	"a refusal has no title": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.status == http.StatusNotFound && reply.body != nil {
			delete(reply.object(), "title")
		}
	},
	"an instant is no date": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.object()["created_at"] = "the first of May"
		}
	},
	"a member has another type": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.object()["callbacks"] = "none"
		}
	},
	"a read shows the secret": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.object()["secret"] = c.client.secrets[len(c.client.secrets)-1].Value
		}
	},
	"a list shows the secrets": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 0) && reply.status == 200 {
			values := []string{}
			for _, client := range l.clients {
				values = append(values, client.secrets[len(client.secrets)-1].Value)
			}
			reply.object()["cached"] = values
		}
	},
	"a header has the secret": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if secret, ok := reply.object()["secret"].(string); ok {
			reply.header.Set("X-Debug", "cut "+secret)
		}
	},
	"a refusal repeats the request": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status >= 400 && c.path[0] == "v1" {
			reply.object()["detail"] = fmt.Sprintf("cannot read %s of %s", c.body, c.Header.Get("X-Api-Key"))
		}
	},
	"a secret may be stored on the way": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.object()["secret"] != nil {
			reply.header["Cache-Control"] = nil
		}
	},
	"a token may be stored on the way": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.object()["access_token"] != nil {
			reply.header["Cache-Control"] = []string{"private"}
		}
	},
	"the status in a problem is another": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.object()["status"] != nil {
			reply.object()["status"] = 200
		}
	},
	"a method that is not there is not found": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.status == 405 {
			reply.become(problem(404, "nothing here"))
		}
	},
	"a 405 has no Allow": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		reply.header.Del("Allow")
	},
	"a 405 allows what it refuses": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 405 {
			reply.header.Set("Allow", reply.header.Get("Allow")+", "+c.Method)
		}
	},
	"a class name is shown": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.status == 404 {
			reply.object()["detail"] = "com.locksmith.store.ClientNotFoundException: no rows for SELECT id FROM clients WHERE id = ?"
		}
	},
	"a rotation changes the teams of all": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPost, 2) && reply.status == 201 {
			for _, client := range l.clients {
				client.Team = "moved"
			}
		}
	},
}
