package authing

import "github.com/keyturn/keyturn/mockserver/realm"

// attributes are what a world may say of an application: the members of V2's
// document under their own names, and V3's that V2 does not have.
func attributes() realm.Attributes {
	known := realm.Attributes{
		"v3AppType": realm.Text, "loginConfig": realm.Object, "registerConfig": realm.Object, "brandingConfig": realm.Object,

		"description": realm.Text.OrNull(), "initLoginUrl": realm.Text.OrNull(), "template": realm.Text.OrNull(),
		"passwordTabConfig":  realm.ObjectOf(map[string]realm.Shape{"enabledLoginMethods": realm.Texts}),
		"permissionStrategy": permissionStrategy(), "qrcodeScanning": qrcodeScanning(),
		"oidcConfig": oidcConfig(), "oauthConfig": oauthConfig(),
	}
	for _, name := range []string{
		"name", "protocol", "logo", "css", "appType", "guardVersion", "defaultLoginTab", "defaultRegisterTab",
	} {
		known[name] = realm.Text
	}
	for _, name := range []string{
		"redirectUris", "logoutRedirectUris", "loginTabs", "registerTabs", "extendsFields", "complateFiledsPlace",
	} {
		known[name] = realm.Texts
	}
	for _, name := range []string{
		"isOfficial", "isDeleted", "isDefault", "isDemo", "isIntegrate", "isAsa", "oidcProviderEnabled",
		"oauthProviderEnabled", "samlProviderEnabled", "casProviderEnabled", "registerDisabled", "extendsFieldsEnabled",
		"skipComplateFileds", "showAuthorizationPage", "enableSubAccount", "enableDeviceMutualExclusion",
		"loginRequireEmailVerified", "agreementEnabled", "ssoEnabled", "skipMfa", "casExpireBaseBrowser",
	} {
		known[name] = realm.Flag
	}
	for _, name := range []string{
		"ssoPageCustomizationSettings", "ext", "oidcJWEConfig", "samlConfig", "casConfig", "asaConfig",
	} {
		known[name] = realm.Object.OrNull()
	}
	return known
}

func permissionStrategy() realm.Shape {
	return realm.ObjectOf(map[string]realm.Shape{
		"enabled": realm.Flag, "defaultStrategy": realm.Text,
		"allowPolicyId": realm.Text.OrNull(), "denyPolicyId": realm.Text.OrNull(),
	})
}

func qrcodeScanning() realm.Shape {
	return realm.ObjectOf(map[string]realm.Shape{"redirect": realm.Flag, "interval": realm.Whole})
}

func oidcConfig() realm.Shape {
	return realm.ObjectOf(map[string]realm.Shape{
		"grant_types": realm.Texts, "response_types": realm.Texts, "skip_consent": realm.Flag,
		"id_token_signed_response_alg": realm.Text, "token_endpoint_auth_method": realm.Text,
		"authorization_code_expire": realm.Whole, "id_token_expire": realm.Whole, "access_token_expire": realm.Whole,
		"refresh_token_expire": realm.Whole, "cas_expire": realm.Whole,
	})
}

func oauthConfig() realm.Shape {
	return realm.ObjectOf(map[string]realm.Shape{
		"grants": realm.Texts, "access_token_lifetime": realm.Whole, "refresh_token_lifetime": realm.Whole,
		"introspection_endpoint_auth_method": realm.Text, "revocation_endpoint_auth_method": realm.Text,
	})
}
