package provider_test

import (
	stdcmp "cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/provider/angusgm"
	"github.com/keyturn/keyturn/mockserver/provider/authingv2"
	"github.com/keyturn/keyturn/mockserver/provider/genauthv3"
	"github.com/keyturn/keyturn/mockserver/provider/identityservice"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// failures are the statuses that every door is asked for.
var failures = []int{400, 401, 403, 404, 405, 409, 413, 415, 418, 429, 500, 502, 503, 504, 599}

// failed is what a vendor's body says of a status. A "$" stands for any text.
type failed struct {
	name, prefix, operation string
	body                    func(status int) wire.Object
	// unchallenged is for the vendor whose 401 is the body's alone.
	unchallenged bool
}

// masked puts a "$" where the promise has one and there is a text.
func masked(want, got any) any {
	switch promised := want.(type) {
	case string:
		if text, is := got.(string); is && promised == "$" && text != "" {
			return promised
		}
	case wire.Object:
		if object, is := got.(wire.Object); is {
			made := wire.Object{}
			for name, value := range object {
				made[name] = masked(promised[name], value)
			}
			return made
		}
	case wire.Array:
		if list, is := got.(wire.Array); is && len(list) == len(promised) {
			made := wire.Array{}
			for i := range list {
				made = append(made, masked(promised[i], list[i]))
			}
			return made
		}
	}
	return got
}

func codes(byStatus map[int]string, otherwise func(status int) string) func(int) string {
	return func(status int) string {
		if code, known := byStatus[status]; known {
			return code
		}
		return otherwise(status)
	}
}

func below500(low, high string) func(int) string {
	return func(status int) string {
		if status < 500 {
			return low
		}
		return high
	}
}

var (
	angusKeys = codes(map[int]string{
		401: "invalid_token", 403: "forbidden", 404: "resource_not_found", 405: "method_not_supported", 409: "resource_already_exists",
		413: "protocol_error", 415: "media_type_not_supported", 429: "protocol_error", 503: "service_unavailable", 504: "gateway_timeout",
	}, below500("param_validation_error", "unknown_error"))
	angusCodes  = below500("E0", "E2")
	oauthErrors = codes(map[int]string{
		401: "invalid_client", 403: "unauthorized_client", 429: "temporarily_unavailable", 503: "temporarily_unavailable",
	}, below500("invalid_request", "server_error"))
	serviceTypes = codes(map[int]string{
		400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict",
		413: "ContentTooLarge", 415: "UnsupportedMediaType", 418: "Imateapot", 429: "TooManyRequests", 500: "InternalServerError",
		502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout", 599: "InternalServerError",
	}, nil)
	apiCodes = map[int]int{401: 2020, 403: 2020, 404: 2011, 409: 2039}
)

var shapes = []failed{
	{"angusgm", "/api/v1/", "", func(status int) wire.Object {
		return wire.Object{"code": angusCodes(status), "msg": "$", "data": "$", "datetime": "$", "ext": wire.Object{"eKey": angusKeys(status)}}
	}, false},
	{"authing-v2", "/api/v2/", "", func(status int) wire.Object {
		body := wire.Object{"code": status, "statusCode": status, "message": "$", "data": nil, "uniqueId": "$"}
		if code := apiCodes[status]; code != 0 {
			body["code"], body["apiCode"] = code, strconv.Itoa(code)
		}
		return body
	}, true},
	{"authing-v2", "/graphql/", "", func(status int) wire.Object {
		code := status
		if api := apiCodes[status]; api != 0 {
			code = api
		}
		return wire.Object{"data": nil, "errors": wire.Array{wire.Object{"message": wire.Object{"code": code, "message": "$", "data": nil}}}}
	}, true},
	{"genauth-v3", "/api/v3/", "", func(status int) wire.Object {
		body := wire.Object{"statusCode": status, "message": "$", "requestId": "$"}
		if code := apiCodes[status]; code != 0 {
			body["apiCode"] = code
		}
		return body
	}, true},
	{"identity-service", "/api/tenants/", "addSecret", func(status int) wire.Object {
		return wire.Object{"type": "about:blank", "title": phrase(status), "status": status, "detail": "$", "instance": "$"}
	}, false},
	{"identity-service", "/api/tenants/", "listSecrets", func(status int) wire.Object {
		return wire.Object{"type": serviceTypes(status), "identifier": "$", "message": "$", "responseCode": strconv.Itoa(status), "errors": wire.Array{}}
	}, false},
	{"angusgm", "/oauth2/", "", func(status int) wire.Object {
		if status == http.StatusUnauthorized {
			return wire.Object{"error": "invalid_client"} // the vendor does not say why
		}
		return oauthBody(status)
	}, false},
	{"authing-v2", "/oauth/", "", oauthBody, false},
	{"genauth-v3", "/oidc/", "", oauthBody, false},
	{"genauth-v3", "/{appId}/oidc/", "", oauthBody, false},
	{"identity-service", "/connect/", "issueToken", oauthBody, false},
}

func oauthBody(status int) wire.Object {
	return wire.Object{"error": oauthErrors(status), "error_description": "$"}
}

func phrase(status int) string {
	own := map[int]string{400: "Invalid request", 413: "Content Too Large", 599: "Internal Server Error"}
	return stdcmp.Or(own[status], http.StatusText(status))
}

func vendors() map[string]provider.Provider {
	byName := map[string]provider.Provider{}
	for _, p := range []provider.Provider{angusgm.New(), authingv2.New(), genauthv3.New(), identityservice.New()} {
		byName[p.Name] = p
	}
	return byName
}

// TestDoorsRefuseWithAnyStatus holds each shape's failures to the status that was asked
// for, wherever the shape repeats it.
func TestDoorsRefuseWithAnyStatus(t *testing.T) {
	t.Parallel()
	all := vendors()
	for _, shape := range shapes {
		doors := all[shape.name].Doors
		at := slices.IndexFunc(doors, func(d provider.Door) bool { return d.Prefix == shape.prefix })
		if at < 0 {
			t.Fatalf("%s has no door %s", shape.name, shape.prefix)
		}
		for _, status := range failures {
			t.Run(shape.name+shape.prefix+shape.operation+" "+strconv.Itoa(status), func(t *testing.T) {
				t.Parallel()
				reply := fail(doors[at], shape.operation, status)
				if reply.Status != status {
					t.Errorf("got status %d", reply.Status)
				}
				want := shape.body(status)
				if diff := cmp.Diff(any(want), masked(want, reply.Body)); diff != "" {
					t.Errorf("the body differs (-want +got):\n%s", diff)
				}
				challenged := reply.Header.Get("WWW-Authenticate") != ""
				if want := status == http.StatusUnauthorized && !shape.unchallenged; challenged != want {
					t.Errorf("got the challenge %q, want one: %v", reply.Header.Get("WWW-Authenticate"), want)
				}
				if _, err := wire.Append(nil, reply.Body); err != nil {
					t.Errorf("the body cannot be written: %v", err)
				}
			})
		}
	}
}

// TestEveryDoorRefuses is for the doors that have no shape of their own here.
func TestEveryDoorRefuses(t *testing.T) {
	t.Parallel()
	for name, p := range vendors() {
		for _, door := range p.Doors {
			for _, status := range failures {
				if reply := fail(door, "", status); reply.Status != status || reply.Body == nil {
					t.Errorf("%s, %s: got %d %v, want %d", name, door.Prefix, reply.Status, reply.Body, status)
				}
			}
		}
	}
}

// fail refuses a call with a status that nothing in it called for.
func fail(d provider.Door, operation string, status int) provider.Reply {
	return d.Refuse(failingCall(operation), client.Errorf(client.NearestKind(status), "why").WithStatus(status))
}

func failingCall(operation string) *provider.Call {
	call := &provider.Call{
		HTTP: httptest.NewRequest(http.MethodGet, "/some/path", nil), Now: time.Date(2025, 8, 1, 12, 0, 0, 0, time.UTC),
		Random: strings.NewReader(strings.Repeat("r", 64)),
	}
	if operation != "" {
		call.Operation = &contract.Operation{ID: operation}
	}
	return call
}
