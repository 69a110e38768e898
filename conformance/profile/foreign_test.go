package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

// hydra is a profile of a server that nobody wrote for the referee: it has a JSON Patch,
// a management side without credentials, and pages that follow each other by links.
func hydra(t *testing.T) *profile.Bound {
	t.Helper()
	bound, err := profile.File("../../specs/foreign/ory-hydra/profile.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func TestJSONPatch(t *testing.T) {
	t.Parallel()
	bound := hydra(t)
	request, err := bound.Request("rotate", profile.Values{"client": "a/b", "secret": "s"})
	if err != nil {
		t.Fatal(err)
	}
	request.Body = profile.Set(request.Body, "/a~1b", []any{nil})
	body, err := request.Encoded()
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"op":"add","path":"/a~1b","value":[null]},{"op":"add","path":"/client_secret","value":"s"}]`
	if diff := cmp.Diff(want, string(body)); diff != "" || request.Path != "/admin/clients/a%2Fb" || request.Media != "application/json" {
		t.Errorf("%s %s: %s", request.Path, request.Media, diff)
	}
	if route := bound.Route("rotate"); route.Media() != "application/json-patch+json" || route.BodySchema() != nil {
		t.Errorf("the route has the media type %s, as if its body were an object", route.Media())
	}
	empty, err := (&profile.Request{Body: map[string]any{}, Patch: true}).Encoded()
	if err != nil || string(empty) != "[]" {
		t.Errorf("a patch of nothing is %s, %v", empty, err)
	}
}

func TestWithoutCallers(t *testing.T) {
	t.Parallel()
	open, guarded := hydra(t), builtin(t, "angusgm")
	for _, caller := range profile.Callers {
		if open.TellsApart(caller) || !guarded.TellsApart(caller) {
			t.Errorf("%s: told apart where anybody may call, or not by default", caller)
		}
	}
	const feature = "caller_credentials"
	if slices.Contains(open.Features(), feature) || !slices.Contains(guarded.Features(), feature) {
		t.Errorf("%s is declared where anybody may call, or not by default", feature)
	}
}

func TestSides(t *testing.T) {
	t.Parallel()
	bound := hydra(t)
	for name, want := range map[string]bool{"introspect": false, "revoke": true, "token": true, "rotate": false} {
		if got := bound.Route(name).TokenSide(); got != want {
			t.Errorf("%s: on the token side %v, want %v", name, got, want)
		}
	}
}

func TestForeignMistakes(t *testing.T) {
	t.Parallel()
	tokenSide := strings.Replace(minimal, "  create:", "  revoke: {operation: turn, put: {client: /path/id}, side: management}\n  create:", 1)
	for name, test := range map[string]struct{ text, want string }{
		"another side":         {strings.Replace(tokenSide, "management", "public", 1), `operations.revoke.side: is "public", want management or nothing`},
		"a side of a creation": {strings.Replace(minimal, "  create: {", "  create: {side: management, ", 1), "operations.create.side: it is a management operation by itself"},
		"an oracle over there": {tokenSide + "oracle: [revoke]\n", `oracle: "revoke" is not a bound operation of the token side`},
		"an unknown caller":    {minimal + "callers: [admin, guest]\n", `callers: is "guest", want one of admin, reader, foreign`},
		"a reader alone":       {minimal + "callers: [reader]\n", "callers: are reader without admin"},
		"a patch without body": {strings.Replace(minimal, "  rotate: {", "  rotate: {json_patch: true, ", 1), "json_patch: POST /clients/{id}/secret takes no JSON body"},
		"another next page":    {strings.Replace(minimal, "  create: {", "  create: {page: {next: cursor}, ", 1), `operations.create.page.next: is "cursor", want link`},
	} {
		if _, err := profile.File(write(t, test.text, document)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v, want %s", name, err, test.want)
		}
	}
}
