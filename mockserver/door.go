package mockserver

import (
	"strings"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// doorOf is the door that an operation of the provider is behind.
func doorOf(p *provider.Provider, path string) *provider.Door {
	for i := range p.Doors {
		if behind(path, p.Doors[i].Prefix) {
			return &p.Doors[i]
		}
	}
	return &p.Doors[0]
}

// door finds who refuses a request that no route took; nil when it is nobody's.
func (r *router) door(path string) (*provider.Provider, *provider.Door) {
	for i := range r.providers {
		for j := range r.providers[i].Doors {
			if behind(path, r.providers[i].Doors[j].Prefix) {
				return &r.providers[i], &r.providers[i].Doors[j]
			}
		}
	}
	return nil, nil
}

// behind reports whether the path begins with the segments of the prefix, of which
// one in braces stands for any.
func behind(path, prefix string) bool {
	for want := range strings.SplitSeq(strings.Trim(prefix, "/"), "/") {
		var segment string
		segment, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if segment == "" || segment != want && !strings.HasPrefix(want, "{") {
			return false
		}
	}
	return true
}
