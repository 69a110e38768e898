package defect

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// disclosure lists the ways in which a secret gets out.
func disclosure() []Defect {
	return []Defect{
		{
			ID: "read-shows-the-secret", About: "Reading an application shows its newest secret.",
			Providers: []string{identity}, hooks: showsAgain(func(value string) string { return value }),
		},
		{
			ID: "read-shows-the-secret-in-base64", About: "Reading an application shows its newest secret in base64, as its home page.",
			Providers: []string{identity}, hooks: showsAgain(func(value string) string { return base64.StdEncoding.EncodeToString([]byte(value)) }),
		},
		{
			ID: "secret-in-a-header", About: "The answer that has a new secret has it in a header field too.",
			Providers: []string{v3, identity}, hooks: secretInAHeader,
		},
		{
			ID: "secret-may-be-stored", About: "An answer with a secret may be stored on its way.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(call *provider.Call, _ int, header http.Header) {
				if in(call, []role{create, rotate, reveal, read, list}) {
					header.Set("Cache-Control", "max-age=60")
					header.Del("Pragma")
				}
			}}),
		},
		{
			ID: "token-may-be-stored", About: "An answer with an access token may be stored on its way.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(call *provider.Call, _ int, header http.Header) {
				if in(call, []role{token}) {
					header.Del("Cache-Control")
					header.Del("Pragma")
				}
			}}),
		},
		{
			ID: "error-names-the-secret", About: "A refused authentication says which secret was wrong.",
			Providers: everywhere, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if secret := presentedSecret(call); secret != "" {
					say(reply, "the secret "+secret+" is wrong")
				}
			}, token, introspect, revoke)),
		},
		{
			ID: "error-names-the-token", About: "A refused call says which bearer token was wrong.",
			Providers: everywhere, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				credentials, err := provider.CredentialsOf(call.HTTP)
				if err == nil && credentials.Rest != "" && !tokenSide(call) {
					say(reply, "the token "+credentials.Rest+" may not do this")
				}
			})),
		},
		{
			ID: "error-repeats-the-body", About: "A refused change repeats the body that it refuses.",
			Providers: []string{v3, angus, identity}, hooks: plain(refusing(func(call *provider.Call, reply *provider.Reply) {
				if len(call.Raw) > 0 {
					say(reply, "cannot take "+string(call.Raw))
				}
			}, create, rotate, update, replace)),
		},
	}
}

// say puts a text where the refusal has its own.
func say(reply *provider.Reply, text string) {
	for _, pointer := range []string{"/error_description", "/detail", "/message", "/msg"} {
		if _, is := at(reply, pointer).(string); is {
			put(reply, pointer, text)
			return
		}
	}
}

// presentedSecret is the secret that a client authenticates with, as it was sent.
func presentedSecret(call *provider.Call) string {
	if secret := wire.Text(call.Object(), "client_secret"); secret != "" {
		return secret
	}
	credentials, err := provider.CredentialsOf(call.HTTP)
	if err != nil || !credentials.Are("Basic") {
		return ""
	}
	text, _ := base64.StdEncoding.DecodeString(credentials.Rest)
	_, secret, _ := strings.Cut(string(text), ":")
	return secret
}

// showsAgain has a read of the application show the secret that was made last.
func showsAgain(shown func(string) string) func() []Hooks {
	return func() []Hooks {
		last := remembering[string]()
		remember := replying(func(call *provider.Call, reply *provider.Reply) {
			value, _ := at(reply, "/clientSecret").(string)
			name, _ := at(reply, "/clientId").(string)
			last.set(call.Key(name), value)
		}, create, rotate)
		show := replying(func(call *provider.Call, reply *provider.Reply) {
			value := last.get(call.Key(call.Params.Text("clientId")))
			switch again := shown(value); {
			case value == "":
			case again == value:
				put(reply, "/clientSecret", again)
			default:
				put(reply, "/homepageUrl", again)
			}
		}, read)
		return []Hooks{remember, show}
	}
}

func secretInAHeader() []Hooks {
	made := remembering[string]()
	remember := replying(func(call *provider.Call, reply *provider.Reply) {
		value, _ := at(reply, secretIn(reply)).(string)
		made.set(requestKey(call), value)
	}, rotate)
	show := Hooks{Header: func(call *provider.Call, status int, header http.Header) {
		if status == http.StatusOK && in(call, []role{rotate}) {
			header.Set("X-New-Secret", made.get(requestKey(call)))
		}
	}}
	return []Hooks{remember, show}
}

// requestKey names the client of a rotation.
func requestKey(call *provider.Call) client.Key {
	return call.Key(call.Params.Text("clientId") + wire.Text(call.Object(), "appId"))
}
