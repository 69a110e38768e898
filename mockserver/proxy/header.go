package proxy

import (
	"net"
	"net/http"
	"net/textproto"
	"strings"
)

// hopByHop belong to a connection whether or not Connection names them (RFC 9110 section
// 7.6.1), and so do those for whatever proxy comes next (sections 11.7.1 and 11.7.2).
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// ours begins the names of headers that are meant for this server alone.
var ours = []string{"Keyturn-", "X-Keyturn-"}

// endToEnd is a copy of the header without what belongs to the connection that it came by.
func endToEnd(header http.Header) http.Header {
	kept := header.Clone()
	if kept == nil {
		kept = http.Header{}
	}
	for _, list := range header["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			kept.Del(textproto.TrimString(name))
		}
	}
	for _, name := range hopByHop {
		kept.Del(name)
	}
	return kept
}

// outgoing is the header that the deployment gets.
func outgoing(r *http.Request) http.Header {
	header := endToEnd(r.Header)
	for name := range header {
		for _, prefix := range ours {
			if strings.HasPrefix(name, prefix) {
				delete(header, name)
			}
		}
	}
	// The wait for a go-ahead is over, as the body is here, and one that is compressed could
	// not be held to the document.
	header.Del("Expect")
	header.Set("Accept-Encoding", "identity")
	if header["User-Agent"] == nil {
		header["User-Agent"] = []string{""} // or else net/http names itself
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if client, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		header.Set("X-Forwarded-For", strings.Join(append(header["X-Forwarded-For"], client), ", "))
	}
	header.Set("X-Forwarded-Host", r.Host)
	header.Set("X-Forwarded-Proto", scheme)
	header.Add("Via", "1.1 keyturn") // RFC 9110 section 7.6.3 demands it
	return header
}
