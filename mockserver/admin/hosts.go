package admin

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
)

// HostPolicy decides which requests may reach the plane where no credentials do. What
// it must keep out is a page in the developer's own browser.
//
// A page of another site is told by the Origin and Sec-Fetch-Site headers. A page
// can get around both by DNS rebinding: it comes from a name of its own, has that
// name resolve to the address of the stand-in, and then is of the same origin as
// far as the browser knows. But it can do so only with a name that it controls in
// the public DNS, and the browser tells that name in the Host header. So the plane
// answers only under names that nobody can have there, and under those that the
// operator vouches for.
type HostPolicy struct {
	names     map[string]bool
	publicURL func() string
}

// Hosts returns the policy for an operator's further host names, and for the host
// of the public URL of the moment, which may be empty.
func Hosts(names []string, publicURL func() string) HostPolicy {
	p := HostPolicy{names: map[string]bool{}, publicURL: publicURL}
	for _, name := range names {
		p.names[hostName(name)] = true
	}
	return p
}

// Check refuses a request with an error of kind Forbidden.
func (p HostPolicy) Check(r *http.Request) error {
	if err := checkOrigin(r); err != nil {
		return err
	}
	if !p.allows(hostName(r.Host)) {
		return client.Errorf(client.Forbidden, "the admin plane does not answer under this host name, which could be a public one; "+
			"name it as an admin host or in the public URL of the server")
	}
	return nil
}

// checkOrigin refuses what a browser says to come from another origin's page.
func checkOrigin(r *http.Request) error {
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site = strings.ToLower(strings.TrimSpace(site)); site != "same-origin" && site != "none" {
			return client.Errorf(client.Forbidden, "the request comes from a page of another origin (Sec-Fetch-Site)")
		}
	}
	for _, origin := range r.Header.Values("Origin") {
		// "null" is an origin that a browser keeps to itself: nobody's here.
		if u, err := url.Parse(origin); err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return client.Errorf(client.Forbidden, "the request comes from a page of another origin (Origin)")
		}
	}
	return nil
}

func (p HostPolicy) allows(name string) bool {
	if p.names[name] || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	// Containers and machines of a local network go by one label, and the public
	// DNS holds no addresses for those. No browser sends no name at all.
	return !strings.Contains(name, ".") || name == p.publicName()
}

// publicName is empty without a public URL.
func (p HostPolicy) publicName() string {
	u, err := url.Parse(p.publicURL())
	if err != nil {
		return ""
	}
	return hostName(u.Host)
}

// hostName is the name in a Host header: without the port, the brackets of an IPv6
// address and the dot that ends a complete name, in lower case.
func hostName(host string) string {
	name := host
	if end := strings.IndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		if rest := host[end+1:]; rest != "" && rest[0] != ':' {
			return strings.ToLower(host) // no address, and no name either
		}
		name = host[1:end]
	} else if strings.Count(host, ":") == 1 {
		name, _, _ = strings.Cut(host, ":")
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
