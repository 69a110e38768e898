package provider

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	// ProblemHeader marks a reply that is Keyturn's own and no vendor's. Its
	// value is the kind of the problem.
	ProblemHeader = "Keyturn-Problem"
	// ProblemMedia is the media type of such a reply.
	ProblemMedia = "application/problem+json"
)

// Problem is one of Keyturn's own complaints (RFC 9457), told apart from anything
// emulated by its header.
func Problem(status int, kind, title, detail string) Reply {
	return Reply{
		Status: status,
		Header: http.Header{ProblemHeader: {kind}},
		Media:  ProblemMedia,
		Body:   wire.Object{"type": "about:blank", "title": title, "status": status, "detail": detail},
		Failed: true,
	}
}
