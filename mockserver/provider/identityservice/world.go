package identityservice

import (
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/realm"
)

// attributes are what a world may say of an application: what its document has,
// and the type that a registration names.
func attributes() realm.Attributes {
	text, texts, list := realm.Text.OrNull(), realm.Texts.OrNull(), realm.List.OrNull()
	known := realm.Attributes{"applicationType": text}
	for _, name := range nullable {
		known[name] = text
	}
	for _, name := range []string{"redirectUris", "postLogoutRedirectUris", "grantTypes", "endpoints", "scopes", "roles"} {
		known[name] = texts
	}
	for _, name := range []string{"definedRoles", "tenants"} {
		known[name] = list
	}
	for _, name := range switches {
		known[name] = realm.Flag
	}
	return known
}

// secretIDs makes the same uuids of the same world in every start.
var secretIDs = uuid.NewSHA1(uuid.NameSpaceOID, []byte(Name))

// secretID reads the id of a secret in a world, which the service shows as a uuid.
func secretID(application, id string, position int) (string, error) {
	const written = 36 // other lengths are other ways to write one
	if id == "" {
		return uuid.NewSHA1(secretIDs, []byte(application+"\x00"+strconv.Itoa(position))).String(), nil
	}
	parsed, err := uuid.Parse(id)
	if err != nil || len(id) != written {
		return "", errors.New(`want a uuid such as "3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248", or no id at all`)
	}
	return parsed.String(), nil
}
