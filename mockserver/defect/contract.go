package defect

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// contract lists what breaks the documents, HTTP, and the form of errors.
func contract() []Defect {
	return []Defect{
		{
			ID: "rotation-answers-202", About: "A rotation answers 202.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { reply.Status = http.StatusAccepted }, rotate)),
		},
		{
			ID: "read-is-called-text", About: "A read says that its JSON is plain text.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusOK && in(call, []role{read}) {
					header.Set("Content-Type", "text/plain; charset=utf-8")
				}
			}}),
		},
		{
			ID: "read-lacks-its-envelope", About: "A read answers with the data alone.",
			Providers: []string{v3}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { reply.Body, reply.Last = at(reply, "/data"), "" }, read)),
		},
		{
			ID: "list-is-wrapped", About: "A list of secrets is inside an object.",
			Providers: []string{identity}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				reply.Body = wire.Object{"secrets": reply.Body}
			}, listSecrets)),
		},
		{
			ID: "refusal-says-success", About: "The envelope of a refusal under an HTTP error says success.",
			Providers: []string{angus}, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if !tokenSide(call) {
					put(reply, "/code", "S")
				}
			})),
		},
		{
			ID: "success-says-failure", About: "The envelope of a rotation that succeeded says that it failed.",
			Providers: []string{angus}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { put(reply, "/code", "E1") }, rotate)),
		},
		{
			ID: "member-has-another-type", About: "A member of a client is a number where the document has a text.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) {
				for _, pointer := range []string{"/data/name", "/data/appName", "/data/clientName", "/clientId"} {
					if at(reply, pointer) != nil {
						put(reply, pointer, 5)
					}
				}
			}, read)),
		},
		{
			ID: "required-member-is-missing", About: "The answer to a rotation lacks a member that the document requires.",
			Providers: []string{v2, v3}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { drop(reply, "/message") }, rotate)),
		},
		{
			ID: "problem-status-is-another", About: "The status in a problem is not that of the reply.",
			Providers: []string{identity}, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				if at(reply, "/status") != nil {
					put(reply, "/status", http.StatusTeapot)
				}
			})),
		},
		{
			ID: "error-has-a-stack-trace", About: "A refusal has the trace of the stack where it arose.",
			Providers: everywhere, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				say(reply, "java.lang.IllegalStateException: no\n\tat com.example.auth.ClientService.find(ClientService.java:42)")
			}, rotate, read, token, update)),
		},
		{
			ID: "error-shows-the-query", About: "A refusal has the statement that the database was asked.",
			Providers: everywhere, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				say(reply, "SQL: SELECT id, client_secret FROM oauth2_client WHERE client_id = ?")
			}, rotate, read, update)),
		},
		{
			ID: "unknown-client-fails", About: "Rotating a client that does not exist is a fault of the server.",
			Providers: everywhere, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if missing(reply) {
					fault(reply)
				}
			}, rotate, update)),
		},
		{
			ID: "wrong-method-is-not-found", About: "A method that an address does not have is refused as if there were no such address.",
			Providers: everywhere, hooks: plain(Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
				if reply.Status == http.StatusMethodNotAllowed {
					reply.Status = http.StatusNotFound
					reply.Header.Del("Allow")
					if at(reply, "/status") != nil {
						put(reply, "/status", http.StatusNotFound)
					}
				}
			}}),
		},
		{
			ID: "allow-is-missing", About: "A 405 does not say which methods there are.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(_ *provider.Call, status int, header http.Header) {
				if status == http.StatusMethodNotAllowed {
					header.Del("Allow")
				}
			}}),
		},
		{
			ID: "allow-names-the-refused", About: "A 405 names the method that it refuses among those there are.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(call *provider.Call, status int, header http.Header) {
				if status == http.StatusMethodNotAllowed {
					header.Set("Allow", header.Get("Allow")+", "+call.HTTP.Method)
				}
			}}),
		},
		{
			ID: "broken-json-counts-as-empty", About: "A body that is no JSON counts as an empty one.",
			Providers: []string{identity}, hooks: plain(Hooks{Call: func(call *provider.Call) {
				if _, err := wire.Decode(call.Raw); err != nil && in(call, []role{rotate}) {
					call.Raw = []byte("{}")
				}
			}}),
		},
		{
			ID: "broken-json-fails", About: "A body that is no JSON is a fault of the server.",
			Providers: []string{v2, v3, angus, identity}, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if _, err := wire.Decode(call.Raw); err != nil && len(call.Raw) > 0 {
					fault(reply)
				}
			}, create, rotate, update, replace, remove)),
		},
		{
			ID: "odd-id-fails", About: "An id with characters that no id has is a fault of the server.",
			Providers: []string{v2, angus, identity}, hooks: plain(Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
				if reply.Failed && strings.ContainsAny(call.HTTP.URL.Path, "'\"\x00\r\n;<>") {
					fault(reply)
				}
			}}),
		},
		{
			ID: "odd-id-splits-the-reply", About: "A line break in an id becomes one in the header of the reply.",
			Providers: []string{v2, angus, identity}, hooks: plain(Hooks{Header: func(call *provider.Call, _ int, header http.Header) {
				for _, line := range strings.Split(call.HTTP.URL.Path, "\r\n") {
					if name, value, found := strings.Cut(line, ":"); found && !strings.Contains(name, "/") {
						header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
					}
				}
			}}),
		},
	}
}

// missing reports a refusal because of something that does not exist.
func missing(reply *provider.Reply) bool {
	for _, pointer := range []string{"/code", "/statusCode", "/status"} {
		if at(reply, pointer) == 2011 || at(reply, pointer) == http.StatusNotFound {
			return true
		}
	}
	title, _ := at(reply, "/title").(string)
	return reply.Status == http.StatusNotFound || strings.HasPrefix(title, "Unknown")
}

// fault turns a reply into that of a server which failed.
func fault(reply *provider.Reply) {
	reply.Status = http.StatusInternalServerError
	for _, pointer := range []string{"/status", "/statusCode"} {
		if at(reply, pointer) != nil {
			put(reply, pointer, http.StatusInternalServerError)
		}
	}
}

// formOf reads a form, an empty one where there is none.
func formOf(raw []byte) url.Values {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return url.Values{}
	}
	return form
}
