package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance/profile"
)

// declaring loads a profile with one more line, whose document deletes clients by a query
// parameter of the given form.
func declaring(t *testing.T, parameter, line string) *profile.Bound {
	t.Helper()
	const mark = "  /clients/{id}/secret:\n"
	drop := "    delete:\n      operationId: drop\n      parameters: [{name: ids, in: query, " + parameter + "}]\n      responses: {\"204\": {description: gone}}\n"
	text := strings.Replace(minimal, "  create:", "  delete: {operation: drop, put: {client_id: /query/ids}}\n  create:", 1) + line + "\n"
	bound, err := profile.File(write(t, text, strings.Replace(document, mark, drop+mark, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func TestDeclaredFeatures(t *testing.T) {
	t.Parallel()
	const one, many = "schema: {type: string}", "schema: {type: array, items: {type: string}}"
	for name, test := range map[string]struct {
		parameter, line string
		feature         string
		want            bool
	}{
		"bearer by default":         {one, "", "bearer", true},
		"bearer in capitals":        {one, "authorization: {header: AUTHORIZATION, prefix: 'BEARER '}", "bearer", true},
		"another scheme":            {one, "authorization: {header: Authorization, prefix: 'Token '}", "bearer", false},
		"no scheme":                 {one, "authorization: {header: Authorization}", "bearer", false},
		"another header":            {one, "authorization: {header: X-Token, prefix: 'Bearer '}", "bearer", false},
		"hidden by default":         {one, "", "hides_foreign", true},
		"another tenant's is told":  {one, "statuses: {foreign: [403]}", "hides_foreign", false},
		"one status of several":     {one, "statuses: {foreign: [400, 403], unknown: [400]}", "hides_foreign", true},
		"one at a time":             {one, "", "bulk_delete", false},
		"several":                   {many, "", "bulk_delete", true},
		"several in one text":       {many + ", explode: false", "", "bulk_delete", false},
		"several, said in so words": {many + ", explode: true", "", "bulk_delete", true},
	} {
		if got := slices.Contains(declaring(t, test.parameter, test.line).Features(), test.feature); got != test.want {
			t.Errorf("%s: %s is %v, want %v", name, test.feature, got, test.want)
		}
	}
}

func TestBulk(t *testing.T) {
	t.Parallel()
	if parameter, value := builtin(t, "angusgm").Bulk(); parameter != "ids" || value != "client_id" {
		t.Errorf("got %q and %q, want ids and client_id", parameter, value)
	}
	if parameter, value := builtin(t, "identity-service").Bulk(); parameter != "" || value != "" {
		t.Errorf("got %q and %q of a profile without a deletion", parameter, value)
	}
}
