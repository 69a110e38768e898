package checks

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// readerSeesNoSecret looks at a client in the name of who may only read, wherever the
// profile has something to look at.
func readerSeesNoSecret(s *conformance.Session) {
	c, reader := bystander(s), s.Reader()
	known := credentials(s.Leaks([]byte(c.Secret.Value)))
	if len(known) == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("the secret of the client is not known, or too short to be searched for")
	}
	mayRead(s, c, reader)
	search := func(reply *conformance.Reply, operation string) bool {
		seen := map[string]string{"body": string(reply.Response.Body), "headers": headerText(reply.Response.Header)}
		for _, place := range []string{"body", "headers"} {
			for name, hit := range credentials(s.Leaks([]byte(seen[place]))) {
				if _, shown := known[name]; shown {
					s.FailOn(reply, "no secret of the client", "%s shows a caller who may only read the client's secret, in the %s, in the form %s", operation, place, hit.Form)
					return false
				}
			}
		}
		return true
	}
	for _, operation := range readings(s) {
		options := []conformance.CallOption{conformance.As(reader)}
		if reply := c.Call(operation, options...); !search(reply, operation) || operation != "list" || !reply.OK {
			continue
		}
		walkList(s, largestPage(s), func(reply *conformance.Reply, _ []profile.Values) bool { return !search(reply, operation) }, options...)
	}
}

func headerText(header http.Header) string {
	var text strings.Builder
	for name, values := range header {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(values, "\n"))
	}
	return text.String()
}
