package defect

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// contract lists breaches of the documents, of HTTP and of the form of errors that a
// client stumbles over at once.
func contract() []Defect {
	return []Defect{
		{
			ID: "rotation-answers-202", About: "A rotation answers 202.",
			Providers: everywhere, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { reply.Status = http.StatusAccepted }, rotate)),
		},
		{
			ID: "read-is-called-text", About: "A read says that its JSON is plain text.",
			Providers: everywhere, hooks: plain(heading(http.StatusOK, with("Content-Type", "text/plain; charset=utf-8"), by(read))),
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
			Providers: everywhere, hooks: plain(replying(overwriting(5, "/data/name", "/data/appName", "/data/clientName", "/clientId"), read)),
		},
		{
			ID: "required-member-is-missing", About: "The answer to a rotation lacks a member that the document requires.",
			Providers: authing, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { drop(reply, "/message") }, rotate)),
		},
		{
			ID: "problem-status-is-another", About: "The status in a problem is not that of the reply.",
			Providers: []string{identity}, hooks: plain(refusing(overwriting(http.StatusTeapot, "/status"))),
		},
		{
			ID: "error-has-a-stack-trace", About: "A refusal has the trace of the stack where it arose.",
			Providers: everywhere, hooks: plain(refusing(saying("java.lang.IllegalStateException: no\n\tat com.example.auth.ClientService.find(ClientService.java:42)"), rotate, read, token, update)),
		},
		{
			ID: "error-shows-the-query", About: "A refusal has the statement that the database was asked.",
			Providers: everywhere, hooks: plain(refusing(saying("SQL: SELECT id, client_secret FROM oauth2_client WHERE client_id = ?"), rotate, read, update)),
		},
		{
			ID: "unknown-client-fails", About: "Rotating or updating a client that does not exist is a fault of the server.",
			Providers: everywhere, hooks: plain(faulting(missing, rotate, update)),
		},
		{
			ID: "wrong-method-is-not-found", About: "A method that an address does not have is refused as if there were no such address.",
			Providers: everywhere, hooks: plain(Hooks{Reply: notFoundForMethod}),
		},
		{
			ID: "allow-is-missing", About: "A 405 does not say which methods there are.",
			Providers: everywhere, hooks: plain(heading(http.StatusMethodNotAllowed, without("Allow"))),
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
			Providers: []string{identity}, hooks: plain(calling(func(call *provider.Call) {
				if !wellFormed(call) {
					call.Raw = []byte("{}")
				}
			}, rotate)),
		},
		{
			ID: "broken-json-fails", About: "A body that is no JSON is a fault of the server.",
			Providers: everywhere, hooks: plain(faulting(func(call *provider.Call, _ *provider.Reply) bool {
				return len(call.Raw) > 0 && !wellFormed(call)
			}, create, rotate, update, replace, remove)),
		},
		{
			ID: "odd-id-fails", About: "An id with characters that no id has is a fault of the server.",
			Providers: []string{v2, angus, identity}, hooks: plain(faulting(func(call *provider.Call, _ *provider.Reply) bool {
				return strings.ContainsAny(call.HTTP.URL.Path, "'\"\x00\r\n;<>")
			})),
		},
		{
			ID: "odd-id-splits-the-reply", About: "A line break in an id becomes one in the header of the reply.",
			Providers: []string{v2, angus, identity}, hooks: plain(Hooks{Header: splitByTheID}),
		},
	}
}

func notFoundForMethod(_ *provider.Call, reply *provider.Reply) {
	if reply.Status == http.StatusMethodNotAllowed {
		reply.Status = http.StatusNotFound
		reply.Header.Del("Allow")
		overwrite(reply, http.StatusNotFound, "/status")
	}
}

func splitByTheID(call *provider.Call, _ int, header http.Header) {
	for line := range strings.SplitSeq(call.HTTP.URL.Path, "\r\n") {
		if name, value, found := strings.Cut(line, ":"); found && !strings.Contains(name, "/") {
			header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
}
