package console

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// gate asks the plane's own guard about every request. A session stands for the token:
// a request that has one is judged as if it had presented it.
type gate struct {
	guard    admin.Guard
	ways     map[string]provider.Authenticator
	sessions *sessions
}

func newGate(options Options) *gate {
	return &gate{guard: options.Guard, ways: admin.New(nil, options.Guard).Authenticators, sessions: newSessions(options)}
}

// asks reports whether there is a token to sign in with.
func (g *gate) asks() bool { return g.guard.Token != "" }

// admit refuses with an error of kind Unauthenticated who has to sign in, and with any
// other who cannot.
func (g *gate) admit(r *http.Request, signingIn bool) error { //nolint:revive // the way in has to be open before one is in
	if !g.asks() {
		_, err := g.ways["sameOrigin"](r.Context(), &provider.Call{HTTP: r})
		return err
	}
	if signingIn || g.sessions.has(sessionOf(r)) {
		return g.present(r, g.guard.Token)
	}
	_, err := g.ways["adminToken"](r.Context(), &provider.Call{HTTP: r})
	return err
}

// present judges the request as if it had presented the token.
func (g *gate) present(r *http.Request, token string) error {
	presented := r.Clone(r.Context())
	presented.Header.Set("Authorization", "Bearer "+token)
	_, err := g.ways["adminToken"](r.Context(), &provider.Call{HTTP: presented})
	return err
}

const cookieName = "keyturn-console"

func sessionOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// cookie is the session's for the console of one namespace.
func cookie(r *http.Request, prefix, session string) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // a server without TLS has no other
		Name: cookieName, Value: session, Path: prefix + Path, MaxAge: int(lifetime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
	if session == "" {
		c.MaxAge = -1
	}
	return c
}

func (v *visit) signIn() {
	if !v.gate.asks() {
		v.leadTo("")
		return
	}
	if err := v.gate.present(v.r, strings.TrimSpace(v.r.PostForm.Get("token"))); err != nil {
		v.signInPage(client.AsError(err).Message)
		return
	}
	session, err := v.gate.sessions.begin()
	if err != nil {
		v.fail(err)
		return
	}
	http.SetCookie(v.w, cookie(v.r, v.prefix, session))
	v.leadTo(v.r.PostForm.Get("to"))
}

func (v *visit) signOut() {
	v.gate.sessions.end(sessionOf(v.r))
	http.SetCookie(v.w, cookie(v.r, v.prefix, ""))
	v.leadTo("")
}
