package mockserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

const (
	// namespaceHeader, namespacePath and namespaceHosts are the three ways to choose a
	// namespace. Some SDK can set each of them, and none can set all.
	namespaceHeader = "X-Keyturn-Namespace"
	namespacePath   = "/ns/"
	namespaceHosts  = ".localhost"
)

// selection is the namespace that a request has chosen.
type selection struct {
	space *namespace.Namespace
	// prefix is what the path had before what the namespace is asked for, such as
	// /ns/a, and request is the request without it, made from original.
	prefix            string
	request, original *http.Request
	// away is why nobody knows whether there is the namespace that the request chooses.
	away error
}

// choose finds the namespace. Errors: NotFound for one that there is not, Conflict for
// a request that chooses two.
func (s *Server) choose(r *http.Request) (selection, *client.Error) {
	chosen := selection{space: s.Namespace, request: r, original: r}
	header := r.Header[namespaceHeader]
	byPath := strings.HasPrefix(r.URL.Path, namespacePath)
	byHost := s.hostChoice(r)
	if header == nil && !byPath && byHost == "" {
		return chosen, nil
	}
	var names []string
	if header != nil {
		names = append(names, header...)
	}
	if byPath {
		var name string
		name, chosen.prefix, chosen.request = withoutPrefix(r)
		names = append(names, name)
	}
	if byHost != "" {
		names = append(names, byHost)
	}
	for _, name := range names[1:] {
		if name != names[0] {
			return chosen, client.Errorf(client.Conflict, "the request chooses two namespaces, %q and %q, by its header %s, its path /ns/… or its host …%s",
				brief(names[0]), brief(name), namespaceHeader, namespaceHosts)
		}
	}
	space, err := s.spaces.Find(r.Context(), names[0])
	if client.KindOf(err) == client.Unavailable {
		chosen.away = err
		return chosen, nil
	}
	if err != nil {
		return chosen, client.AsError(err).At(fieldOf(header != nil, byPath))
	}
	chosen.space = space
	return chosen, nil
}

// fieldOf is the part of the request that chose the namespace.
func fieldOf(byHeader, byPath bool) string {
	switch {
	case byHeader:
		return namespaceHeader
	case byPath:
		return namespacePath + "{name}"
	default:
		return "Host"
	}
}

// hostChoice is the label before .localhost, empty when the host is another, or one that
// the operator has named as the server's own and no namespace has for a name.
func (s *Server) hostChoice(r *http.Request) string {
	host := r.Host
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && host[len(host)-1] != ']' {
		host = host[:colon]
	}
	host = strings.TrimSuffix(host, ".")
	end := len(host) - len(namespaceHosts)
	if end < 0 || !strings.EqualFold(host[end:], namespaceHosts) {
		return ""
	}
	label := strings.ToLower(host[:end])
	if s.isOwnHost(host) && !s.spaces.Has(label) {
		return ""
	}
	return label
}

func (s *Server) isOwnHost(host string) bool {
	for _, own := range s.options.AdminHosts {
		if strings.EqualFold(own, host) {
			return true
		}
	}
	public, err := url.Parse(s.PublicURL())
	return err == nil && strings.EqualFold(public.Hostname(), host)
}

// withoutPrefix returns the name in the path, what of the path has to go, and the
// request without that.
func withoutPrefix(r *http.Request) (name, prefix string, without *http.Request) {
	rest, _ := strings.CutPrefix(r.URL.EscapedPath(), namespacePath)
	name, rest, _ = strings.Cut(rest, "/")
	address := *r.URL
	address.RawPath = "/" + rest
	path, err := url.PathUnescape(address.RawPath)
	if err != nil {
		path = address.RawPath
	}
	address.Path = path
	copied := *r
	copied.URL = &address
	return name, namespacePath + name, &copied
}

// brief bounds what a hostile request can put into a message.
func brief(text string) string {
	const longest = 63
	if len(text) > longest {
		return text[:longest] + "…"
	}
	return text
}
