package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// entry is what lists show of a client. Not all of them show its secret.
type entry struct{ id, secret string }

// verifier compares the ledger with what a server says.
type verifier struct {
	t    *testing.T
	at   *asker
	word string
	// lists are the vendors', by the name that the client was created under.
	lists map[string]map[string]entry
	// checks counts the requests.
	checks, failures atomic.Int64
}

// enough is how many failures tell as much as all of them.
const enough = 30

func (v *verifier) errorf(format string, args ...any) {
	if v.failures.Add(1) <= enough {
		v.t.Errorf(v.word+": "+format, args...)
	}
}

func (v *verifier) ask(r request) answer {
	v.checks.Add(1)
	a, err := v.at.ask(r)
	if err != nil {
		v.errorf("%s %s: %v", r.method, r.path, err)
	} else if a.status >= 500 || a.at("code") == 503.0 || a.at("statusCode") == 503.0 {
		v.errorf("%s %s: HTTP %d %s", r.method, r.path, a.status, a.text)
	}
	return a
}

// works wants the secret to get a token, or not to, and returns the token.
func (v *verifier) works(g *tongue, clientID, secret string, want bool) string {
	a := v.ask(g.ask(clientID, secret))
	token := a.textAt("access_token")
	if (token != "") != want {
		v.errorf("%s %s: the secret %q gets a token: %t, want %t: %s", g.vendor, clientID, secret, token != "", want, a.text)
	}
	return token
}

// verify looks at these lives, and at the lists for all there are.
func (l *load) verify(word string, lives []life) {
	l.t.Helper()
	v := &verifier{t: l.t, at: l.at, word: word, lists: map[string]map[string]entry{}}
	v.lists["authing-v2"] = v.pages("/api/v2/applications", 200, "identifier", "id", "secret")
	v.lists["genauth-v3"] = v.pages("/api/v3/list-applications", 50, "appIdentifier", "appId", "")
	for name, one := range v.lists["authing-v2"] {
		if other := v.lists["genauth-v3"][name]; other.id != one.id {
			v.errorf("%s is %q in one list and %q in the other of the same realm", name, one.id, other.id)
		}
	}
	all := v.ask(fetch("/api/v1/auth/client"))
	v.lists["angusgm"] = v.read(all.listAt("data"), "clientName", "id", "")
	v.strangers(l)
	work := make(chan life)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for one := range work {
				one.verify(v)
			}
		})
	}
	for _, one := range lives {
		work <- one
	}
	close(work)
	readers.Wait()
	l.t.Logf("%s: %d of %d clients verified with %d requests", word, len(lives), len(l.lives), v.checks.Load())
}

// pages reads a list page by page.
func (v *verifier) pages(path string, limit int, name, id, secret string) map[string]entry {
	var items []any
	for page := 1; ; page++ {
		a := v.ask(fetch(fmt.Sprintf("%s?page=%d&limit=%d", path, page, limit)))
		got, total := a.listAt("data", "list"), a.at("data", "totalCount")
		items = append(items, got...)
		if len(got) == limit {
			continue
		}
		if float64(len(items)) != total {
			v.errorf("%s has %d items on its pages, and counts %v", path, len(items), total)
		}
		return v.read(items, name, id, secret)
	}
}

func (v *verifier) read(items []any, name, id, secret string) map[string]entry {
	found := make(map[string]entry, len(items))
	for _, item := range items {
		one := answer{body: item}
		key := one.textAt(name)
		if _, twice := found[key]; twice {
			v.errorf("%s is listed twice", key)
		}
		found[key] = entry{id: one.textAt(id)}
		if secret != "" {
			found[key] = entry{one.textAt(id), one.textAt(secret)}
		}
	}
	return found
}

// seeded are the clients of the default world, by name or identifier.
var seeded = []string{"12", "example-app", "Example service", "Example website"}

// strangers are in a list, and nobody has asked for them, or their deletion was
// acknowledged.
func (v *verifier) strangers(l *load) {
	l.mu.Lock()
	defer l.mu.Unlock()
	may := map[string]bool{}
	for _, name := range seeded {
		may[name] = true
	}
	must := map[string][]string{}
	for _, one := range l.lives {
		s, is := one.(*single)
		if !is {
			continue
		}
		if s.present || s.pending == creating {
			may[s.name] = true
		}
		if s.present && s.pending != removing {
			must[s.vendor] = append(must[s.vendor], s.name)
		}
	}
	for vendor, list := range v.lists {
		for name := range list {
			if !may[name] {
				v.errorf("%s lists %s, which nobody has been told of, or which was deleted", vendor, name)
			}
		}
		for _, name := range slices.Sorted(slices.Values(must[vendor])) {
			if _, is := list[name]; !is {
				v.errorf("%s does not list %s, which was acknowledged", vendor, name)
			}
		}
	}
}
