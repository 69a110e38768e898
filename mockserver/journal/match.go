package journal

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// Match selects requests. Each member that is not empty has to agree.
type Match struct {
	Provider  string
	Operation string
	// Client is the id of a client. A request is of that client when the id stands
	// in it by itself: as a segment of the path, a value of the query, of a form or of
	// a JSON body, in the text of a GraphQL request, or as the user of Basic
	// credentials; or when the request presented or changed a secret of that client.
	Client string
	Method string
	// Path is the whole path without the query. How it is escaped makes no
	// difference.
	Path   string
	Status int
}

// answer is whether something agrees. What the journal did not keep leaves it open.
type answer int8

const (
	no answer = iota
	open
	yes
)

func equal[T comparable](a, b T) answer {
	if a == b {
		return yes
	}
	return no
}

// member is one of the members of a Match.
type member int8

const (
	byProvider member = iota
	byOperation
	byClient
	byMethod
	byPath
	byStatus
	members
)

// asked are the members that are not empty.
func (m *Match) asked() []member {
	var list []member
	for by, empty := range [members]bool{
		byProvider: m.Provider == "", byOperation: m.Operation == "", byClient: m.Client == "",
		byMethod: m.Method == "", byPath: m.Path == "", byStatus: m.Status == 0,
	} {
		if !empty {
			list = append(list, member(by))
		}
	}
	return list
}

// matches says whether all of these members agree, the dear one last.
func (m *Match) matches(e *Entry, asked []member) answer {
	all := yes
	for _, by := range asked {
		if by != byClient {
			all = min(all, m.agree(e, by))
		}
	}
	if all == no || m.Client == "" {
		return all
	}
	return min(all, m.agree(e, byClient))
}

func (m *Match) agree(e *Entry, by member) answer {
	switch by {
	case byProvider:
		return equal(e.Provider, m.Provider)
	case byOperation:
		return equal(e.Operation, m.Operation)
	case byClient:
		return e.isOf(m.Client)
	case byMethod:
		if e.lost&lostMethod != 0 {
			return open
		}
		return equal(e.Method, m.Method)
	case byPath:
		if e.lost&lostPath != 0 {
			return open
		}
		return equal(samePath(e.path(), m.Path), true)
	case byStatus:
		return equal(e.Status, m.Status)
	}
	return yes
}

func (e *Entry) path() string {
	path, _, _ := strings.Cut(e.Target, "?")
	return path
}

// samePath compares segment by segment, as an escaped slash ends none.
func samePath(a, b string) bool {
	if a == b {
		return true
	}
	if strings.Count(a, "/") != strings.Count(b, "/") || !strings.Contains(a+b, "%") {
		return false
	}
	for {
		one, restA, more := strings.Cut(a, "/")
		other, restB, _ := strings.Cut(b, "/")
		if unescapedSegment(one) != unescapedSegment(other) {
			return false
		}
		if !more {
			return true
		}
		a, b = restA, restB
	}
}

func unescapedSegment(segment string) string {
	if plain, err := url.PathUnescape(segment); err == nil {
		return plain
	}
	return segment
}

// isOf reports whether the request is of the client.
func (e *Entry) isOf(id string) answer {
	switch {
	case e.names(id):
		return yes
	case e.requestSize > 0, e.lost&(lostPath|lostQuery|lostRequestHeader|lostSecrets) != 0:
		return open
	}
	return no
}

func (e *Entry) names(id string) bool {
	for i := range e.Uses {
		if e.Uses[i].Client == id {
			return true
		}
	}
	for i := range e.Changes {
		if e.Changes[i].Client == id {
			return true
		}
	}
	path, query, _ := strings.Cut(e.Target, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if unescapedSegment(segment) == id {
			return true
		}
	}
	find := finder{id: id, graphQL: servesGraphQL(e.Target)}
	return find.pairs(query) || e.basicUser(id) || find.body(e)
}

func (e *Entry) basicUser(id string) bool {
	for _, value := range e.RequestHeader["Authorization"] {
		scheme, credentials, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "basic") {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
		if user, _, found := strings.Cut(string(text), ":"); err == nil && found && (user == id || unescaped(user) == id) {
			return true
		}
	}
	return false
}
