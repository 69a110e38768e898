package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Reply is what the deployment answered, without what belongs to its connection.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Forward sends the request with this body to the deployment, at the target, which is the
// path and the query as the caller wrote them, and returns the whole reply. It follows no
// redirect and keeps no cookie. Errors: a *Failure for what went wrong on the way, and the
// context's own when it is the caller who went away.
func (u *Upstream) Forward(ctx context.Context, r *http.Request, body []byte, target string) (Reply, error) {
	if !strings.HasPrefix(target, "/") {
		return Reply{}, u.failure(http.StatusBadGateway, "upstream-target", "the request names no path of its own", nil)
	}
	address, err := url.ParseRequestURI(u.base + target)
	if err != nil {
		return Reply{}, u.failure(http.StatusBadGateway, "upstream-target", "the path and the query cannot be sent on", nil)
	}
	limited, cancel := context.WithTimeout(ctx, u.limits.Total)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, r.Method, "/", bytes.NewReader(body))
	if err != nil {
		return Reply{}, u.failure(http.StatusBadGateway, "upstream-target", "the method cannot be sent on", nil)
	}
	request.URL, request.Host, request.Header = address, u.host, outgoing(r)
	if len(body) == 0 {
		request.Body = http.NoBody
	}
	response, err := u.transport.RoundTrip(request)
	if err != nil {
		return Reply{}, u.explain(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode < http.StatusOK {
		// The body of a 101 is the connection itself, which need not end, and which no
		// deadline is on any more.
		return Reply{}, u.failure(http.StatusBadGateway, "upstream-unreachable", "the status of the reply is no final one", nil)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, u.limits.Reply+1))
	switch {
	case err != nil:
		return Reply{}, u.explain(ctx, err)
	case int64(len(data)) > u.limits.Reply:
		return Reply{}, u.failure(http.StatusBadGateway, "upstream-too-large",
			fmt.Sprintf("the body of the reply is larger than %d bytes", u.limits.Reply), nil)
	}
	return Reply{Status: response.StatusCode, Header: endToEnd(response.Header), Body: data}, nil
}
