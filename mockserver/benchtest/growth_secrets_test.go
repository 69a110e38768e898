package benchtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

const (
	// applications is how many have so many secrets each. What makes one more goes around
	// them and begins anew, so that none gets far beyond its number.
	applications = 64
	growthTenant = "acme"
)

// growingSecrets begins with a world in which each application has so many.
func growingSecrets() growing {
	return growing{
		name: "secrets", title: "Secrets of a client", sizes: []int{1, 10, 100, 1000},
		begin: func(g *grower, from program, size int) (*stage, error) {
			const private = 0o600
			file := g.path(fmt.Sprintf("secrets-%d.yaml", size))
			if err := os.WriteFile(file, []byte(worldOfSecrets(size)), private); err != nil {
				return nil, err
			}
			server, err := g.stand(from, "--world", file)
			if err != nil {
				return nil, err
			}
			all := want{status: 200}
			return &stage{server, []scenario{
				{name: "adding one", prepare: resetState, batch: applications, traffic: traffic{want: all, write: func(dst []byte, i int) []byte {
					return append(dst, addingTo(i%applications)...)
				}}},
				{name: "verifying one of them", traffic: traffic{want: want{status: 200, text: `"active":false`}, write: verifying(size)}},
				{name: "rotating: adding one, deleting another", prepare: resetState, batch: 2 * applications, traffic: traffic{want: all, write: rotatingSecrets(size)}},
			}}, nil
		},
	}
}

func secretIn(application, k int) string {
	return fmt.Sprintf("the-secret-%04d-of-application-%04d-of-many", k, application)
}

func secretID(application, k int) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", application, k)
}

// worldOfSecrets is the realm of Identity Service alone.
func worldOfSecrets(size int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nrealms:\n  identity-service:\n    tenants: [{id: %s}]\n"+
		"    principals: [{name: administrator, token: token, role: admin, tenants: [%s]}]\n    clients:\n", growthTenant, growthTenant)
	for i := range applications {
		fmt.Fprintf(&b, "      - id: app-%d\n        tenant: %s\n        attributes: {type: confidential, grantTypes: [client_credentials], endpoints: [token, introspection]}\n"+
			"        secrets:\n", i, growthTenant)
		for k := range size {
			fmt.Fprintf(&b, "          - {id: %s, value: %s}\n", secretID(i, k), secretIn(i, k))
		}
	}
	return b.String()
}

func secretsOf(application int) string {
	return "/api/tenants/" + growthTenant + "/applications/app-" + strconv.Itoa(application) + "/secrets"
}

func addingTo(application int) string {
	r := add
	r.path = secretsOf(application)
	return r.text()
}

// verifying has one of the secrets looked at, of any age, and makes no token: the one that
// is asked about is none, so that no signature hides what the secret costs.
func verifying(size int) func([]byte, int) []byte {
	return func(dst []byte, _ int) []byte {
		application := rand.IntN(applications)
		return append(dst, request{
			method: "POST", path: "/connect/introspect", media: formType,
			body: "token=none&client_id=app-" + strconv.Itoa(application) + "&client_secret=" + secretIn(application, rand.IntN(size)),
		}.text()...)
	}
}

// rotatingSecrets adds a secret and deletes one that was there, by turns.
func rotatingSecrets(size int) func([]byte, int) []byte {
	return func(dst []byte, i int) []byte {
		application := i / 2 % applications
		if i%2 == 0 {
			return append(dst, addingTo(application)...)
		}
		return append(dst, request{method: "DELETE", path: secretsOf(application) + "/" + secretID(application, rand.IntN(size))}.text()...)
	}
}
