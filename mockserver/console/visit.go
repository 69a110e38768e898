package console

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

// visit is one request to the console.
type visit struct {
	*console

	w    http.ResponseWriter
	r    *http.Request
	name string
	room *namespace.Namespace
	// prefix is what chose the namespace, see Options.Enter.
	prefix string
	// refused is the form that was sent and not accepted, which is then shown again
	// with what was typed.
	refused refused
	// revealed is the secret of the client that is shown, nil for none.
	revealed *client.Secret
}

// refused is what was wrong with a form. The zero value is of no form.
type refused struct {
	form, field, message string
	typed                url.Values
}

// reject shows the page again on which the form is, with the error beside it.
func (v *visit) reject(form string, err error, page func(*visit)) {
	failure := client.AsError(err)
	if failure.Kind == client.Internal {
		v.fail(err)
		return
	}
	v.refused = refused{form: form, field: inputName(failure.Field), message: failure.Message, typed: v.r.PostForm}
	page(v)
}

// typed is what was typed into a field of a form that was refused, or else the value
// that it begins with.
func (v *visit) typed(form, field, initially string) string {
	if v.refused.form == form && v.refused.typed.Has(field) {
		return v.refused.typed.Get(field)
	}
	return initially
}

// known are the addresses that a form may lead back to.
var known = regexp.MustCompile(`^[a-z-]*(\?[^#]*)?(#[a-z-]*)?$`)

// leadTo ends an action with the way to a page of the console (RFC 9110 section
// 15.4.4), and one that is not is the overview.
func (v *visit) leadTo(address string) {
	if !known.MatchString(address) {
		address = ""
	}
	v.w.Header().Set("Location", "./"+address)
	v.w.WriteHeader(http.StatusSeeOther)
}

// done leads to a page that says what was done.
func (v *visit) done(page, what string) {
	address, err := url.Parse(page)
	if err != nil {
		v.leadTo("")
		return
	}
	query := address.Query()
	query.Set("done", what)
	address.RawQuery = query.Encode()
	v.leadTo(address.String())
}

// write sends a page.
func (v *visit) write(status int, node h.Node) {
	if v.refused.form != "" {
		status = http.StatusUnprocessableEntity
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	if err := h.Render(v.w, node); err != nil {
		v.Logger.DebugContext(v.r.Context(), "console: the page was not read to its end", "page", v.name, "error", err)
	}
}
