package main

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// members are what a body of JSON has to have: texts as patterns, and other values.
type members map[string]any

func (m members) check(body answer) error {
	for path, want := range m {
		var steps []any
		for name := range strings.SplitSeq(path, ".") {
			steps = append(steps, name)
		}
		got := body.at(steps...)
		pattern, is := want.(string)
		if text, isText := got.(string); is && isText && regexp.MustCompile(pattern).MatchString(text) || !is && got == want {
			continue
		}
		return fmt.Errorf("%s is %v, want %v", path, got, want)
	}
	return nil
}

const uuidText = `^[0-9a-f-]{36}$`

// unavailable is how each door says that the state cannot be used, by the beginning of the
// path. The message is what was said of the state.
func unavailable(r request, message string) (media string, want members) {
	oauthShape := members{"error": "^temporarily_unavailable$", "error_description": message}
	switch path := r.path; {
	case strings.HasPrefix(path, "/api/v2/"):
		return jsonBody, members{"code": 503.0, "statusCode": 503.0, "message": message, "uniqueId": uuidText, "data": nil}
	case strings.HasPrefix(path, "/api/v3/"):
		return jsonBody, members{"statusCode": 503.0, "message": message, "requestId": uuidText}
	case strings.HasPrefix(path, "/api/v1/"):
		return jsonBody, members{"code": "^E2$", "msg": message, "data": message, "datetime": `^\d{4}-`, "ext.eKey": "^service_unavailable$"}
	case strings.HasPrefix(path, identityApps) && strings.Contains(path, "/secrets") && r.method != http.MethodGet:
		return problemBody, members{"type": "^about:blank$", "title": "^Service Unavailable$", "status": 503.0, "detail": message, "instance": "^/api/"}
	case strings.HasPrefix(path, identityApps):
		return jsonBody, members{"type": "^ServiceUnavailable$", "identifier": uuidText, "message": message, "responseCode": "^503$"}
	case strings.HasPrefix(path, "/__admin/"):
		return problemBody, members{"type": "^about:blank$", "title": ".", "status": 503.0, "detail": message}
	default:
		return jsonBody, oauthShape
	}
}

const problemBody = "application/problem+json"

// vendorStatus are the statuses that the doors send with it. Two of the vendors send 200
// with every failure and put what it is into the body.
func vendorStatus(r request) int {
	if strings.HasPrefix(r.path, "/api/v2/") || strings.HasPrefix(r.path, "/api/v3/") {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// refusesWith is the error of an answer that is not the door's own refusal for a state that
// cannot be used.
func refusesWith(message string) func(request, answer) error {
	return func(r request, a answer) error {
		media, want := unavailable(r, message)
		switch {
		case a.status != vendorStatus(r):
			return fmt.Errorf("want HTTP %d", vendorStatus(r))
		case a.header.Get("Retry-After") == "":
			return errors.New("there is no Retry-After")
		case !strings.HasPrefix(a.header.Get("Content-Type"), media):
			return fmt.Errorf("the media type is %q, want %q", a.header.Get("Content-Type"), media)
		case strings.Contains(a.text, "postgres:"), strings.Contains(a.text, "correct-horse"), strings.Contains(a.text, "127.0.0.1"):
			return errors.New("it tells where the state is")
		}
		return want.check(a)
	}
}

// oneOfEach are requests to every door, all of which need the state; those that change
// something come first for each vendor.
var oneOfEach = map[string][]request{
	"authing-v2": {
		{method: http.MethodPatch, path: "/api/v2/application/61df925846bed781f5757166/refresh-secret"},
		fetch("/api/v2/applications"), fetch("/api/v2/applications/61df925846bed781f5757166"),
		form("/oauth/token", "grant_type", "client_credentials", "client_id", "6229ffaxxxxxxxxcade3e3d9", "client_secret", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"),
	},
	"genauth-v3": {
		send(http.MethodPost, "/api/v3/refresh-application-secret", object{"appId": "61df925846bed781f5757166"}),
		fetch("/api/v3/list-applications"), fetch("/api/v3/get-application-secret?appId=61df925846bed781f5757166"),
		form("/oidc/token", "grant_type", "client_credentials", "client_id", "6229ffaxxxxxxxxcade3e3d9", "client_secret", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"),
	},
	"identity-service": {
		addSecretTo("my-new-app"), fetch(secretsOf("my-new-app")), fetch(identityApps + "/my-new-app"),
		form("/connect/token", "grant_type", "client_credentials", "client_id", "my-new-app", "client_secret", "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"),
	},
	"angusgm": {
		send(http.MethodPatch, "/api/v1/auth/client", object{"id": "00000000-0000-4000-8000-000000000002", "description": "changed"}),
		fetch("/api/v1/auth/client"), fetch("/api/v1/auth/client/00000000-0000-4000-8000-000000000001"),
		form("/oauth2/token", "grant_type", "client_credentials", "client_id", "example-service", "client_secret", "example-service-secret"),
	},
}

// each sends the requests to every door and checks the answers of those that write, which
// are the first ones, and of the others.
func each(t *testing.T, at *asker, writes, reads func(request, answer) error) {
	t.Helper()
	for vendor, requests := range oneOfEach {
		for i, r := range requests {
			check := reads
			if i == 0 {
				check = writes
			}
			a, err := at.ask(r)
			if err == nil {
				err = check(r, a)
			}
			if err != nil {
				t.Errorf("%s: %s %s: %v: HTTP %d %v %s", vendor, r.method, r.path, err, a.status, a.header, a.text)
			}
		}
	}
}

// succeeds is the error of an answer that is no success.
func succeeds(_ request, a answer) error {
	if !a.done() {
		return errors.New("want a success")
	}
	return nil
}
