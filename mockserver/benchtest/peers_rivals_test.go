package benchtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// contest is a group of servers that are asked for the same, the stand-in first.
type contest struct {
	name       string
	operations []string
	rivals     []rival
}

// rival is one server, or why there is none.
type rival struct {
	name, version string
	problem       error
	// setup is how it is run, replies what it checks of its own replies; where that is empty
	// it is found out.
	setup, replies string
	words          []string
	asks           []ask
	probes         []probe
}

// ask is one operation: a request with which it begins, then the traffic, and how an
// answer is told to be right.
type ask struct {
	scenario
	first []byte
	right func(body []byte) error
}

const (
	standIn      = "Keyturn"
	notLookedFor = "not looked for"
	customerName = "measured"
	testKey      = "Bearer sk_test_123"
)

// contests are everything that is measured. The servers that have no way to answer for the
// two operations are measured on what they have, each beside the stand-in's own.
func (m *match) contests(keyturn string, at installed, own answers) []contest {
	refreshed := asDocumented("authing-v2", "/api/v2/application/{appId}/refresh-secret", "PATCH", own.refreshed)
	added := asDocumented("identity-service", "/api/tenants/{tenant}/applications/{clientId}/secrets", "POST", own.added)
	same := []ask{
		{scenario: refreshing, first: refresh.always()(nil, 0), right: refreshed},
		{scenario: adding(nil), first: add.always()(nil, 0), right: added},
	}
	ours := rival{name: standIn, words: []string{keyturn, "serve", "--addr", "ADDR"}, replies: "every one, by its document", setup: "as it is started by default"}
	both, tokens, posts := ours, ours, ours
	both.asks = []ask{same[0], {scenario: adding(first(resetState, fill(registering, peerApps))), first: add.always()(nil, 0), right: added}}
	both.probes = documentedProbes()
	tokens.asks, tokens.probes = []ask{tokenAsk(token)}, tokenProbes(token, true)
	posts.asks, posts.probes = both.asks[1:], both.probes
	rivals := []rival{both}
	for _, one := range []rival{m.prism(at, own), m.mockoon(at, own), m.wireMock(at, own)} {
		one.asks, one.probes = same, documentedProbes()
		rivals = append(rivals, one)
	}
	return []contest{
		{name: "the same two operations", operations: []string{"V2 refresh", "adding a secret"}, rivals: rivals},
		{name: "a token by client credentials", operations: []string{"token request"}, rivals: []rival{tokens, oauth2MockServer(at)}},
		{
			name:       "a POST of its own: Keyturn adds a secret, stripe-mock makes a customer",
			operations: []string{"POST"}, rivals: []rival{posts, stripeMock(at)},
		},
	}
}

var registering = traffic{want: want{status: 200, text: `"clientSecret"`}, write: registerPeer.numbered()}

// adding spreads secrets over the applications.
func adding(prepare func(*load) error) scenario {
	write := addToPeer.numbered()
	return scenario{name: "Identity POST", prepare: prepare, traffic: traffic{
		want:  want{status: 200, text: `"clientSecret":"`},
		write: func(dst []byte, i int) []byte { return write(dst, i%peerApps) },
	}}
}

func tokenAsk(r request) ask {
	return ask{
		scenario: scenario{name: "token request", traffic: traffic{want: want{status: 200, text: `"access_token"`}, write: r.always()}},
		first:    r.always()(nil, 0), right: anAccessToken,
	}
}

func (m *match) prism(at installed, own answers) rival {
	file := filepath.Join(m.folder, "prism", "openapi.json")
	path, version, err := module("@stoplight/prism-cli", "dist/index.js")
	return rival{
		name: "Prism", version: version, problem: firstOf(at.nodeProblem, err, writeDocument(file, own)),
		setup: "`prism mock -v silent`, the two documents as one, with Keyturn's answers as examples",
		words: []string{at.node, path, "mock", "-h", "127.0.0.1", "-p", "PORT", "-v", "silent", file},
	}
}

func (m *match) mockoon(at installed, own answers) rival {
	file := filepath.Join(m.folder, "mockoon.json")
	path, version, err := module("@mockoon/cli", "bin/run.js")
	return rival{
		name: "Mockoon CLI", version: version, problem: firstOf(at.nodeProblem, err, writeMockoon(file, stubs(own))),
		setup: "`mockoon-cli start --disable-log-to-file --disable-admin-api`, Keyturn's answers as fixed bodies without templates or rules",
		words: []string{
			at.node, path, "start", "--data", file, "--port", "PORT", "--hostname", "127.0.0.1",
			"--disable-log-to-file", "--disable-admin-api",
		},
	}
}

// wireMock is tuned: as it comes it keeps every request in memory.
func (m *match) wireMock(at installed, own answers) rival {
	folder := filepath.Join(m.folder, "wiremock")
	path, version, err := module("wiremock", "build/*.jar")
	tuned := []string{"--no-request-journal", "--disable-request-logging", "--disable-gzip", "--use-chunked-encoding", "never"}
	return rival{
		name: "WireMock", version: version, problem: firstOf(at.nodeProblem, at.javaProblem, err, writeWireMock(folder, stubs(own))),
		setup: "tuned by `" + strings.Join(tuned, " ") + "`, Keyturn's answers as stubs that match method and path",
		words: append([]string{
			at.java, "-jar", path, "--bind-address", "127.0.0.1", "--port", "PORT", "--root-dir", folder, "--disable-banner",
		}, tuned...),
	}
}

func oauth2MockServer(at installed) rival {
	path, version, err := module("oauth2-mock-server", "dist/oauth2-mock-server.mjs")
	question := request{method: "POST", path: "/token", media: formType, body: "grant_type=client_credentials&client_id=a&client_secret=b"}
	return rival{
		name: "oauth2-mock-server", version: version, problem: firstOf(at.nodeProblem, err), replies: notLookedFor,
		setup: "as it comes; it has a token endpoint and no clients", words: []string{at.node, path, "-a", "127.0.0.1", "-p", "PORT"},
		asks: []ask{tokenAsk(question)}, probes: tokenProbes(question, false),
	}
}

func stripeMock(at installed) rival {
	text := strings.Replace(customer.text(), "Bearer token", testKey, 1)
	return rival{
		name: "stripe-mock", version: strings.TrimPrefix(stripeVersion, "v"), problem: at.goError, replies: notLookedFor,
		setup: "as it comes; it has Stripe's API and no other", words: []string{at.stripe, "-http-addr", "ADDR", "-https-addr", "127.0.0.1:0"},
		asks: []ask{{
			scenario: scenario{name: "POST /v1/customers", traffic: traffic{
				want:  want{status: 200, text: `"object":"customer"`},
				write: func(dst []byte, _ int) []byte { return append(dst, text...) },
			}},
			first: []byte(text), right: aCustomer,
		}},
		probes: stripeProbes(),
	}
}

var customer = request{method: "POST", path: "/v1/customers", media: formType, body: "name=" + customerName}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// place makes the folder that a rival runs in.
func (m *match) place(r rival) (string, error) {
	const private = 0o700
	folder := filepath.Join(m.folder, "home", strings.ReplaceAll(r.name, " ", "-"))
	err := os.MkdirAll(folder, private)
	return folder, errors.Join(err)
}
