package checks

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// failuresRepeatNoSecret sends requests that are refused for one reason or another,
// each with a credential of its own, and searches what comes back.
func failuresRepeatNoSecret(s *conformance.Session) {
	c := s.NewClient()
	f := &failures{Session: s, client: c}
	f.unauthenticated()
	f.unreadable()
	f.invalid()
	f.tokenSide()
	if f.refused == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("none of %d requests that are wrong on purpose was refused", f.sent)
	}
}

type failures struct {
	*conformance.Session

	client        *conformance.Client
	sent, refused int
	wrong         int
}

// hold searches a refusal. What was taken after all is no failure, and another
// check's matter.
func (f *failures) hold(reply *conformance.Reply, what string) {
	f.sent++
	if reply.OK {
		f.Step("%s was not refused", what)
		return
	}
	f.refused++
	places := map[string][]byte{"body": reply.Response.Body}
	for name, values := range reply.Response.Header {
		places["header "+name] = []byte(strings.Join(values, "\n"))
	}
	for place, text := range places {
		for name, hit := range credentials(f.Leaks(text)) {
			if f.wrong++; f.wrong <= most {
				f.FailOn(reply, "no credential of the request in the reply", "%s is refused, and the %s has %s in it, in the form %s", what, place, name, hit.Form)
			}
		}
	}
}

// unauthenticated sends tokens that nobody issued.
func (f *failures) unauthenticated() {
	how := f.Profile().Authorization
	for _, operation := range []string{"read", "rotate"} {
		if f.Profile().Binds(operation) {
			f.hold(f.unknown(operation, conformance.As(conformance.Stranger(f.ChooseSecret()))), operation+" with a token that nobody issued")
		}
	}
	f.hold(f.unknown("rotate", conformance.As(conformance.Nobody), conformance.Header(how.Header, f.ChooseSecret())), "rotate with a token behind no scheme")
	if f.Profile().Binds("login") {
		values := profile.Values{"key": "keyturn-no-such-key", "key_secret": f.ChooseSecret()}
		f.hold(f.Call("login", values), "login with a key that does not exist")
	}
}

// unknown calls an operation about a client that does not exist, with a secret.
func (f *failures) unknown(operation string, options ...conformance.CallOption) *conformance.Reply {
	return f.Call(operation, strangers(f.Session), append(f.secret(operation, f.ChooseSecret()), options...)...)
}

// secret puts a secret where the operation takes one, and otherwise, in an operation
// with a JSON body, where a caller might think that it does.
func (f *failures) secret(operation, secret string) []conformance.CallOption {
	route := f.Profile().Route(operation)
	switch {
	case route.Binding.Put["secret"] != "":
		return []conformance.CallOption{conformance.With("secret", secret)}
	case route.Media() == "application/json":
		return []conformance.CallOption{conformance.Member("/secret", secret), conformance.Member("/client_secret", secret)}
	}
	return nil
}

// unreadable sends JSON that breaks off behind a secret, which parsers like to quote.
func (f *failures) unreadable() {
	for _, operation := range []string{"create", "rotate", "update", "replace"} {
		if route := f.Profile().Route(operation); route == nil || route.Media() != "application/json" {
			continue
		}
		body := fmt.Appendf(nil, `{"secret": %q, "client_secret" %q`, f.ChooseSecret(), f.ChooseSecret())
		broken := conformance.Body("application/json", body)
		f.hold(f.write(operation, broken), operation+" with JSON that breaks off behind a secret")
	}
}

// write calls an operation about the client, or makes another one.
func (f *failures) write(operation string, options ...conformance.CallOption) *conformance.Reply {
	if operation == "create" {
		_, reply := f.TryNewClient(options...)
		return reply
	}
	return f.client.Call(operation, options...)
}

// invalid sends values that are refused, beside a secret or as one.
func (f *failures) invalid() {
	f.hold(f.unknown("rotate"), "rotate of a client that does not exist")
	for _, member := range f.Profile().Invalid {
		route := f.Profile().Route(member.Operation)
		if route == nil {
			continue
		}
		options := append(f.secret(member.Operation, f.ChooseSecret()), conformance.Member(member.Write, member.Value))
		f.hold(f.write(member.Operation, options...), fmt.Sprintf("%s with %v in %s beside a secret", member.Operation, member.Value, member.Write))
	}
	for _, operation := range []string{"create", "rotate"} {
		pointer, takes := strings.CutPrefix(f.Profile().Operations[operation].Put["secret"], "/body")
		if !takes {
			continue
		}
		f.hold(f.write(operation, conformance.With("secret", strings.Repeat(f.ChooseSecret(), 100))), operation+" with a secret that is far too long")
		f.hold(f.write(operation, conformance.Member(pointer, []any{f.ChooseSecret()})), operation+" with a list as the secret")
	}
}

// tokenSide fails there in the ways that RFC 6749 section 5.2 names.
func (f *failures) tokenSide() {
	id, right := f.client.ID(), f.client.Secret.Value
	for _, endpoint := range profile.TokenSide {
		if route := f.Profile().Route(endpoint); route == nil || !route.TokenSide() {
			continue
		}
		for _, way := range f.Profile().ClientAuth {
			reply := f.Call(endpoint, profile.Values{"token": f.ChooseSecret()}, conformance.ProvingBy(way, id, f.ChooseSecret()))
			f.hold(reply, endpoint+" with a wrong secret by "+string(way))
		}
	}
	if f.Profile().Binds("token") {
		proof := f.Proving(id, right)
		f.hold(f.Call("token", nil, proof, conformance.Member("/grant_type", "keyturn-no-such-grant")), "token with the right secret and an unknown grant")
		f.hold(f.Call("token", nil, conformance.Member("/grant_type", "refresh_token"), conformance.Member("/refresh_token", f.ChooseSecret()), proof), "token with a refresh token that nobody issued")
		form := conformance.Body("application/x-www-form-urlencoded", []byte("grant_type=client_credentials&client_secret="+f.ChooseSecret()+"%zz"))
		f.hold(f.Call("token", nil, form, conformance.Method(http.MethodPost)), "token with a form that cannot be read")
	}
}
