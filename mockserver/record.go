package mockserver

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/telemetry"
	"github.com/keyturn/keyturn/specs"
)

func (x *exchange) took() time.Duration { return x.server.options.Clock().Sub(x.began) }

// kindOf is what the log tells of a violation. The rest may repeat what the caller sent,
// from which only the journal can take the secrets.
func kindOf(violation string) string {
	kind, _, _ := strings.Cut(violation, ":")
	return kind
}

func (x *exchange) providerName() string {
	if x.provider == nil {
		return ""
	}
	return x.provider.Name
}

// log writes the line of a request, for those who want one of each.
func (x *exchange) log(status int, took time.Duration) {
	r := x.call.HTTP
	if !x.server.logger.Enabled(r.Context(), slog.LevelDebug) {
		return
	}
	x.server.logger.LogAttrs(r.Context(), slog.LevelDebug, "request",
		slog.String("request_id", x.id), slog.String("trace_id", telemetry.TraceID(r.Context())), slog.String("namespace", x.call.Namespace),
		slog.String("provider", x.providerName()), slog.String("operation", x.operationID()), slog.String("method", knownMethod(r.Method)),
		slog.Int("status", status), slog.Duration("took", took), slog.String("violation", kindOf(x.violation)), slog.String("fault", x.outcome.String()))
}

// record closes the journal entry. The admin plane does not journal itself.
func (x *exchange) record(reply provider.Reply, body []byte, header http.Header) {
	took := x.took()
	x.decided = took
	if x.outcome != nil {
		took += x.outcome.Delivery.Wait // which is still to come
	}
	r, name := x.call.HTTP, x.providerName()
	x.log(reply.Status, took)
	if name == specs.Admin || x.nowhere {
		return
	}
	entry := journal.Entry{
		RequestID: x.id, At: x.start, Duration: took, Provider: name, Operation: x.operationID(),
		Method: r.Method, Proto: r.Proto, Target: r.URL.RequestURI(), RequestHeader: r.Header, RequestBody: x.call.Raw,
		Status: reply.Status, ReplyHeader: header, ReplyBody: body, Violation: x.violation,
		Fault: x.outcome.String(), Uses: x.uses(), Changes: x.witness.changes,
	}
	x.space.Journal().Record(entry)
	x.note(entry)
}
