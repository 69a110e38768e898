package authingv2

import (
	"maps"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm/authing"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// defaults are the members of a fresh application, as the vendor's example shows
// them. An application keeps only what differs. Nobody writes into it.
var defaults = wire.Object{
	"qrcodeScanning":               wire.Object{"redirect": false, "interval": 1500},
	"protocol":                     "oidc",
	"isOfficial":                   false,
	"isDeleted":                    false,
	"isDefault":                    false,
	"isDemo":                       false,
	"name":                         "",
	"description":                  nil,
	"ssoPageCustomizationSettings": nil,
	"logo":                         "https://files.authing.co/authing-console/default-app-logo.png",
	"redirectUris":                 wire.Array{},
	"logoutRedirectUris":           wire.Array{},
	"initLoginUrl":                 nil,
	"oidcProviderEnabled":          true,
	"oauthProviderEnabled":         false,
	"samlProviderEnabled":          false,
	"casProviderEnabled":           false,
	"registerDisabled":             false,
	"loginTabs":                    wire.Array{"phone-code", "password"},
	"passwordTabConfig":            wire.Object{"enabledLoginMethods": wire.Array{"username-password", "email-password", "phone-password"}},
	"defaultLoginTab":              "password",
	"registerTabs":                 wire.Array{"email", "phone"},
	"defaultRegisterTab":           "email",
	"extendsFieldsEnabled":         false,
	"extendsFields":                wire.Array{},
	"complateFiledsPlace":          wire.Array{},
	"skipComplateFileds":           false,
	"ext":                          nil,
	"css":                          "/* styles of the login page */",
	"oidcJWEConfig":                nil,
	"samlConfig":                   nil,
	"casConfig":                    nil,
	"asaConfig":                    nil,
	"showAuthorizationPage":        false,
	"enableSubAccount":             false,
	"enableDeviceMutualExclusion":  false,
	"loginRequireEmailVerified":    false,
	"agreementEnabled":             false,
	"isIntegrate":                  false,
	"ssoEnabled":                   false,
	"template":                     nil,
	"skipMfa":                      false,
	"casExpireBaseBrowser":         false,
	"isAsa":                        false,
	"appType":                      "INDIVIDUAL",
	"guardVersion":                 "v2",
	"permissionStrategy":           wire.Object{"enabled": true, "defaultStrategy": "ALLOW_ALL", "allowPolicyId": nil, "denyPolicyId": nil},
}

var oidcDefaults = wire.Object{
	"grant_types":                  wire.Array{"authorization_code", "password", "refresh_token"},
	"response_types":               wire.Array{"code"},
	"id_token_signed_response_alg": "HS256",
	"token_endpoint_auth_method":   "client_secret_post",
	"authorization_code_expire":    600,
	"id_token_expire":              1209600,
	"access_token_expire":          1209600,
	"refresh_token_expire":         2592000,
	"cas_expire":                   1209600,
	"skip_consent":                 true,
}

var oauthDefaults = wire.Object{
	"grants":                             wire.Array{"authorization_code"},
	"access_token_lifetime":              1209600,
	"refresh_token_lifetime":             2592000,
	"introspection_endpoint_auth_method": "client_secret_post",
	"revocation_endpoint_auth_method":    "client_secret_post",
}

// document is an application without its secret.
func document(call *provider.Call, c client.Client) wire.Object {
	d := maps.Clone(defaults)
	for name, value := range c.Attributes.All() {
		if _, documented := defaults[name]; documented {
			d[name] = value
		}
	}
	d["id"], d["userPoolId"], d["identifier"] = c.ID, c.Tenant, c.Alias
	d["createdAt"], d["updatedAt"] = wire.Time(c.CreatedAt), wire.Time(c.UpdatedAt)
	d["jwks"] = shownKeys
	if !call.Principal.MaySeeSecrets() {
		d["jwks"] = publicKeys
	}

	oidc := config(oidcDefaults, c.Attributes.Get("oidcConfig"))
	oidc["client_id"], oidc["redirect_uris"], oidc["post_logout_redirect_uris"] = c.ID, d["redirectUris"], d["logoutRedirectUris"]
	d["oidcConfig"] = oidc
	oauth := config(oauthDefaults, c.Attributes.Get("oauthConfig"))
	oauth["id"], oauth["redirect_uris"] = c.ID, d["redirectUris"]
	d["oauthConfig"] = oauth
	return d
}

func config(defaults wire.Object, own any) wire.Object {
	merged := maps.Clone(defaults)
	chosen, _ := own.(wire.Object)
	for name, value := range chosen {
		if _, documented := defaults[name]; documented {
			merged[name] = value
		}
	}
	return merged
}

// settable are the members that a caller may choose.
var settable = []string{
	"name", "description", "logo", "redirectUris", "logoutRedirectUris", "initLoginUrl", "css", "protocol",
	"appType", "ssoEnabled", "isIntegrate", "oidcConfig", "oauthConfig",
}

// members picks what a caller may set out of a request body. Null means not given.
func members(body wire.Object) map[string]any {
	chosen := map[string]any{}
	for _, name := range settable {
		value := body[name]
		if value == nil {
			continue
		}
		if uri, ok := value.(string); ok && name == "redirectUris" {
			// Two official SDKs send a single text here.
			value = wire.Array{uri}
		}
		if given, ok := value.(wire.Object); ok {
			// A client that sends back what it read sends the secret too.
			value = authing.WithoutSecrets(given)
		}
		chosen[name] = value
	}
	return chosen
}
