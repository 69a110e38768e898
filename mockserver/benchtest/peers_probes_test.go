package benchtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// question is a request with the Authorization that it names, "" for none.
type question struct {
	request

	authorization string
}

// probe finds out whether something wrong is refused. What it would be if it were right has
// to be accepted first, as a server that refuses everything checks nothing.
type probe struct {
	name  string
	right []question
	wrong question
}

// What is tried, in this order: some servers do not survive the last.
const (
	missing   = "required member missing"
	mistyped  = "wrong type"
	anonymous = "no credential"
	unknown   = "unknown credential"
	replaced  = "replaced secret"
	malformed = "malformed body"
)

var probed = []string{missing, mistyped, anonymous, unknown, replaced, malformed}

// What came of it; anything else is an HTTP status that says neither.
const (
	refused  = "refused"
	accepted = "accepted"
	noAnswer = "no answer"
)

const bearer = "Bearer token"

// documentedProbes are for servers that have both documents' operations. Neither of the two
// that are measured has a member that is required, so a third, the registration, is asked.
func documentedProbes() []probe {
	// Of the default world, and not the one that the wait for the first answer refreshes.
	const app, knownSecret = "6229ffaxxxxxxxxcade3e3d9", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"
	register := func(body string) question {
		return question{request{method: "POST", path: tenantApps, media: jsonType, body: body}, bearer}
	}
	adds := func(body, authorization string) question {
		return question{request{method: "POST", path: secrets, media: jsonType, body: body}, authorization}
	}
	old := question{request: request{
		method: "POST", path: "/oauth/token", media: formType,
		body: "grant_type=client_credentials&client_id=" + app + "&client_secret=" + knownSecret,
	}}
	rotation := question{request{method: "PATCH", path: "/api/v2/application/" + app + "/refresh-secret"}, bearer}
	fine := []question{adds(add.body, bearer)}
	return []probe{
		{missing, []question{register(`{"clientId":"probe"}`)}, register(`{"displayName":"probe"}`)},
		{mistyped, fine, adds(`{"expirationDate":5}`, bearer)},
		{anonymous, fine, adds(add.body, "")},
		{unknown, fine, adds(add.body, "Bearer unknown")},
		{replaced, []question{old, rotation}, old},
		{malformed, fine, adds(`{"expirationDate":`, bearer)},
	}
}

// tokenProbes are for a token endpoint. Where clients have secrets to replace, documentedProbes
// has that.
func tokenProbes(fine request, secretsAreReplaced bool) []probe {
	with := func(body string) question {
		changed := fine
		changed.body = body
		return question{request: changed}
	}
	right := []question{{request: fine}}
	_, credentials, _ := strings.Cut(fine.body, "&")
	id, _, _ := strings.Cut(credentials, "&")
	const grant = "grant_type=client_credentials"
	all := []probe{
		{missing, right, with(credentials)},
		{anonymous, right, with(grant)},
		{unknown, right, with(grant + "&" + id + "&client_secret=unknown")},
		{malformed, right, with(grant + "&" + credentials + "&scope=%zz")},
	}
	if secretsAreReplaced {
		all = append(all, probe{replaced, []question{right[0], {refresh, bearer}}, right[0]})
	}
	return all
}

// stripeProbes: what is unknown is another key of the form that test keys have.
func stripeProbes() []probe {
	prices := func(body string) question {
		return question{request{method: "POST", path: "/v1/prices", media: formType, body: body}, testKey}
	}
	customers := func(body, authorization string) question {
		changed := customer
		changed.body = body
		return question{changed, authorization}
	}
	fine := []question{customers(customer.body, testKey)}
	return []probe{
		{missing, []question{prices("unit_amount=5&currency=eur")}, prices("unit_amount=5")},
		{mistyped, []question{customers("balance=5", testKey)}, customers("balance=five", testKey)},
		{anonymous, fine, customers(customer.body, "")},
		{unknown, fine, customers(customer.body, "Bearer sk_test_unknown")},
		{malformed, fine, customers("name=%zz", testKey)},
	}
}

// verdicts tries everything on one server.
func verdicts(ctx context.Context, addr string, all []probe) (map[string]string, error) {
	found := map[string]string{}
	for _, one := range all {
		for _, right := range one.right {
			verdict, err := right.ask(ctx, addr)
			if err != nil {
				return nil, err
			}
			if verdict != accepted {
				return nil, fmt.Errorf("%s: the right request before it (%s %s): %s", one.name, right.method, right.path, verdict)
			}
		}
		verdict, err := one.wrong.ask(ctx, addr)
		if err != nil {
			return nil, err
		}
		found[one.name] = verdict
	}
	return found, nil
}

// onWrongReply finds out whether a reply that breaks its document is served.
func onWrongReply(ctx context.Context, addr string) (string, error) {
	verdict, err := wrongAsked.ask(ctx, addr)
	switch {
	case err != nil:
		return "", err
	case verdict == accepted:
		return "no: a wrong one was served", nil
	default:
		return "a wrong one was not served: " + verdict, nil
	}
}

// ask sends the question on a connection of its own and waits for so long, and no longer.
func (q question) ask(ctx context.Context, addr string) (string, error) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked, err := http.NewRequestWithContext(ctx, q.method, "http://"+addr+q.path, strings.NewReader(q.body))
	if err != nil {
		return "", err
	}
	if q.media != "" {
		asked.Header.Set("Content-Type", q.media)
	}
	if q.authorization != "" {
		asked.Header.Set("Authorization", q.authorization)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Do(asked)
	if err == nil {
		defer reply.Body.Close()
		_, err = io.Copy(io.Discard, reply.Body)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "", err
	case err != nil:
		return noAnswer, nil
	case reply.StatusCode >= http.StatusOK && reply.StatusCode < http.StatusMultipleChoices:
		return accepted, nil
	case reply.StatusCode >= http.StatusBadRequest && reply.StatusCode < http.StatusInternalServerError:
		return refused, nil
	default:
		return fmt.Sprintf("HTTP %d", reply.StatusCode), nil
	}
}
