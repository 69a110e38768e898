package checks_test

import (
	"fmt"
	"net/http"
	"strings"
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
	"a query rotates": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 2) || c.is(http.MethodHead, 2) || c.is(http.MethodOptions, 2) {
			if client := l.find(c, c.path[2]); client != nil && c.Method != http.MethodGet {
				l.replaceSecret(client, l.cut(client))
			}
		}
	},
	"a class name is shown": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.status == 404 {
			reply.object()["detail"] = "com.locksmith.store.ClientNotFoundException: no rows for SELECT * FROM clients WHERE id = ?"
		}
	},
	"a rotation moves the standing client": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPost, 2) && reply.status == 201 {
			for _, client := range l.clients {
				client.Team = strings.Repeat("x", len(l.clients)%9+1)
			}
		}
	},
}
