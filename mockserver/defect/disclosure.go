package defect

import (
	"encoding/base64"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/provider"
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
			Providers: everywhere, hooks: plain(heading(anyStatus, func(header http.Header) {
				header.Set("Cache-Control", "max-age=60")
				header.Del("Pragma")
			}, by(create, rotate, reveal, read, list))),
		},
		{
			ID: "token-may-be-stored", About: "An answer with an access token may be stored on its way.",
			Providers: everywhere, hooks: plain(heading(anyStatus, without("Cache-Control", "Pragma"), by(token))),
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
			Providers: everywhere, hooks: plain(refusing(sayTheToken)),
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

func sayTheToken(call *provider.Call, reply *provider.Reply) {
	credentials, err := provider.CredentialsOf(call.HTTP)
	if err == nil && credentials.Rest != "" && !tokenSide(call) {
		say(reply, "the token "+credentials.Rest+" may not do this")
	}
}

// showsAgain has a read of the application show the secret that was made last.
func showsAgain(shown func(string) string) func() []Hooks {
	return func() []Hooks {
		last := remembering[string]()
		remember := told(last.set)
		show := replying(func(call *provider.Call, reply *provider.Reply) {
			value := last.get(ownKey(call))
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
		made.set(requestKey(call), textAt(reply, secretIn(reply)))
	}, rotate)
	show := Hooks{Header: func(call *provider.Call, status int, header http.Header) {
		if status == http.StatusOK && in(call, rotate) {
			header.Set("X-New-Secret", made.get(requestKey(call)))
		}
	}}
	return []Hooks{remember, show}
}
