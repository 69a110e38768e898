package genauthv3

import (
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// names pairs V3's member names with those under which the realm keeps the same
// thing, which are V2's.
var names = map[string]string{
	"appName":            "name",
	"appDescription":     "description",
	"appLogo":            "logo",
	"appType":            "v3AppType",
	"defaultProtocol":    "protocol",
	"redirectUris":       "redirectUris",
	"logoutRedirectUris": "logoutRedirectUris",
	"initLoginUri":       "initLoginUrl",
	"ssoEnabled":         "ssoEnabled",
	"oidcConfig":         "oidcConfig",
	"loginConfig":        "loginConfig",
	"registerConfig":     "registerConfig",
	"brandingConfig":     "brandingConfig",
}

const defaultLogo = "https://files.authing.co/authing-console/default-app-logo.png"

// document is an application as V3 shows it. It has no secret: there is an
// operation of its own for that.
func document(c client.Client) wire.Object {
	d := wire.Object{
		"appId": c.ID, "appIdentifier": c.Alias, "userPoolId": c.Tenant,
		"appName": "", "appLogo": defaultLogo, "appType": "web", "defaultProtocol": "oidc", "initLoginUri": "",
		"redirectUris": wire.Array{}, "logoutRedirectUris": wire.Array{},
		"isIntegrateApp": isIntegrated(c), "ssoEnabled": false,
		"loginConfig": wire.Object{}, "registerConfig": wire.Object{}, "brandingConfig": wire.Object{}, "oidcConfig": wire.Object{},
		"samlProviderEnabled": false, "oauthProviderEnabled": false, "casProviderEnabled": false,
		"customBrandingEnabled": false, "customSecurityEnabled": false,
	}
	for name, kept := range names {
		switch value := c.Attributes.Get(kept).(type) {
		case nil:
		case wire.Object:
			d[name] = authing.WithoutSecrets(value)
		default:
			d[name] = value
		}
	}
	return d
}

func isIntegrated(c client.Client) bool {
	integrated, _ := c.Attributes.Get("isIntegrate").(bool)
	return integrated
}

// members picks what a caller may set out of a request body. Null means not given,
// and so does an empty object or text: one official SDK sends those for everything
// it was not told.
func members(body wire.Object) map[string]any {
	chosen := map[string]any{}
	for name, kept := range names {
		switch value := body[name].(type) {
		case nil:
		case string:
			if value != "" {
				chosen[kept] = value
			}
		case wire.Object:
			if len(value) > 0 {
				chosen[kept] = authing.WithoutSecrets(value)
			}
		default:
			chosen[kept] = value
		}
	}
	return chosen
}

// filter is the choice that the query makes among the pool's applications; nil
// takes them all.
func filter(params contract.Values) authing.Filter {
	integrated, selfBuilt := params["isIntegrateApp"] == true, params["isSelfBuiltApp"] == true
	sso, keywords := params["ssoEnabled"] == true, strings.ToLower(params.Text("keywords"))
	if integrated == selfBuilt && !sso && keywords == "" {
		return nil
	}
	return func(c client.Client) bool {
		if integrated != selfBuilt && isIntegrated(c) != integrated {
			return false
		}
		if sso && c.Attributes.Get("ssoEnabled") != true {
			return false
		}
		return strings.Contains(strings.ToLower(c.Attributes.Text("name")), keywords)
	}
}
