package checks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var errLockMedia = errors.New("the body has to be application/json")

// mislabelled answers a body of another media type.
func (l *locksmith) mislabelled(c *lockCall) *lockReply {
	switch l.fault {
	case "the media type of a body is not looked at":
		c.Header.Set("Content-Type", "application/json")
		return l.answer(c)
	case "a body of another media type is refused after the write":
		if c.client != nil {
			c.client.Team = "mislabelled"
		}
	case "another media type is malformed":
		return problem(400, errLockMedia.Error())
	}
	return problem(415, errLockMedia.Error())
}

// override lets a request name another method than its own.
func (l *locksmith) override(c *lockCall) {
	named := ""
	switch l.fault {
	case "a header overrides the method":
		named = c.Header.Get("X-HTTP-Method-Override")
	case "the query overrides the method":
		named = c.URL.Query().Get("_method")
	case "a header makes a POST a DELETE":
		if c.Method == http.MethodPost && c.Header.Get("X-HTTP-Method-Override") == http.MethodDelete {
			named = http.MethodDelete
		}
	}
	if named != "" {
		c.Method = named
	}
}

// twice is what is checked of a body in which a member may be twice. What is stored is
// the last of the two.
func (l *locksmith) twice(c *lockCall, object map[string]any) map[string]any {
	switch l.fault {
	case "of two the first is checked and the last stored":
		return firstOfEach(c.body)
	case "of two now the one counts and now the other":
		turn, _ := l.beside["turn of two"].(bool)
		l.beside["turn of two"] = !turn
		if turn {
			maps.Copy(object, firstOfEach(c.body))
		}
	case "of two neither counts":
		if counts := strings.Count(string(c.body), `"contact"`); counts > 1 {
			object["contact"] = "nobody"
		}
	}
	return object
}

// firstOfEach reads an object whose members are known to be well-formed.
func firstOfEach(text []byte) map[string]any {
	object := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.Token()
	for decoder.More() {
		name, _ := decoder.Token()
		var value any
		if decoder.Decode(&value) != nil {
			break
		}
		if key := fmt.Sprint(name); !hasKey(object, key) {
			object[key] = value
		}
	}
	return object
}

func hasKey(object map[string]any, name string) bool {
	_, has := object[name]
	return has
}

func refusedThere(c *lockCall, reply *lockReply) bool {
	return reply.status >= 400 && c.path[0] == "v1" && reply.body != nil
}

func tokenRefusal(c *lockCall, reply *lockReply) bool {
	return reply.status >= 400 && c.path[0] == "oauth"
}

// wireReplies are those of replyFaults that are about how things are said.
var wireReplies = map[string]func(*locksmith, *lockCall, *lockReply){
	"a list has a total below zero": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 0) && reply.status == 200 {
			reply.object()["total"] = -1
		}
	},
	"a withdrawn secret's id is in capitals": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if id, ok := reply.object()["id"].(string); ok && c.is(http.MethodDelete, 3) {
			reply.object()["id"] = strings.ToUpper(id)
		}
	},
	"a success has a title": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPost, 2) && reply.status == 201 {
			reply.object()["title"] = "Created"
		}
	},
	"a refusal has an empty detail": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 404 && refusedThere(c, reply) {
			reply.object()["detail"] = ""
		}
	},
	"an update answers with the first client": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPatch, 1) && reply.status == 200 {
			reply.body = l.show(l.clients[0])
		}
	},
	"a replacement answers with the latest client": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodPut, 1) && reply.status == 200 {
			reply.body = l.show(l.clients[len(l.clients)-1])
		}
	},
	"a read names another workspace": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == 200 {
			reply.object()["workspace"] = "south"
		}
	},
	"a problem is called JSON": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if refusedThere(c, reply) {
			reply.header.Set("Content-Type", "application/json")
		}
	},
	"failures have no id": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if refusedThere(c, reply) {
			delete(reply.object(), "instance")
		}
	},
	"failures that are alike have the same id": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if refusedThere(c, reply) {
			reply.object()["instance"] = "urn:locksmith:" + fmt.Sprintf("%016d", reply.status)
		}
	},
	"an error of the token side is a sentence": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if tokenRefusal(c, reply) {
			reply.object()["error"] = "The credentials are wrong."
		}
	},
	"an error of the token side repeats what was sent": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if sent, err := url.QueryUnescape(string(c.body)); err == nil && tokenRefusal(c, reply) {
			reply.object()["error_description"] = "cannot use " + sent
		}
	},
	"an error of the token side is plain text": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if tokenRefusal(c, reply) {
			reply.body, reply.raw = nil, "error=invalid_request"
			reply.header.Set("Content-Type", "text/plain")
		}
	},
	"a challenge has no realm": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if reply.status == 401 && c.path[0] == "oauth" {
			reply.header.Set("Www-Authenticate", `Basic charset="UTF-8", Bearer realm="locksmith"`)
		}
	},
	"what cannot be read as Basic is challenged for Bearer": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if _, _, ok := c.BasicAuth(); !ok && reply.status == 401 && c.path[0] == "oauth" {
			reply.header.Set("Www-Authenticate", `Bearer realm="locksmith"`)
		}
	},
	"a HEAD may be stored": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.Method == http.MethodHead {
			reply.header.Set("Cache-Control", "max-age=60")
		}
	},
	"a HEAD is HTML": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.Method == http.MethodHead {
			reply.header.Set("Content-Type", "text/html")
		}
	},
	"a HEAD is empty": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.Method == http.MethodHead {
			reply.header.Set("Content-Length", "0")
		}
	},
	"a HEAD is not allowed": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.Method == http.MethodHead {
			reply.become(problem(405, "no HEAD"))
		}
	},
	"a refusal has no date": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.status >= 400 {
			reply.header["Date"] = []string{} // so that none is added
		}
	},
	"every third reply is dated by a clock that is fast": func(l *locksmith, _ *lockCall, reply *lockReply) {
		count, _ := l.beside["dated"].(int)
		l.beside["dated"] = count + 1
		if count%3 == 2 {
			reply.header.Set("Date", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
		}
	},
}
