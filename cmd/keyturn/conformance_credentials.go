package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/keyturn/keyturn/conformance/profile"
)

// fromEnvironment is the word for credentials that are variables and no file.
const fromEnvironment = "env"

// Variables that begin so hold one of the values that requests carry, such as the
// name of a tenant; the rest is the value's name.
const (
	valuePrefix        = variablePrefix + "VALUE_"
	foreignValuePrefix = variablePrefix + "FOREIGN_VALUE_"
)

// credentialFields is where each variable goes.
func credentialFields(c *profile.Credentials) map[string]*string {
	return map[string]*string{
		"KEYTURN_ADMIN_TOKEN": &c.Admin.Token, "KEYTURN_ADMIN_KEY": &c.Admin.Key, "KEYTURN_ADMIN_SECRET": &c.Admin.Secret,
		"KEYTURN_READER_TOKEN": &c.Reader.Token, "KEYTURN_READER_KEY": &c.Reader.Key, "KEYTURN_READER_SECRET": &c.Reader.Secret,
		"KEYTURN_FOREIGN_TOKEN": &c.Foreign.Token, "KEYTURN_FOREIGN_KEY": &c.Foreign.Key, "KEYTURN_FOREIGN_SECRET": &c.Foreign.Secret,
		"KEYTURN_APP_CLIENT": &c.App.Client, "KEYTURN_APP_CLIENT_ID": &c.App.ClientID, "KEYTURN_APP_SECRET": &c.App.Secret,
	}
}

// credentialVariables lists the variables that credentials may come in, with those of
// the environment whose names are up to the user.
func credentialVariables(environ []string) []string {
	var names []string
	for name := range credentialFields(new(profile.Credentials)) {
		names = append(names, name)
	}
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		for _, prefix := range []string{valuePrefix, foreignValuePrefix} {
			if rest, found := strings.CutPrefix(name, prefix); found && rest != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// loadCredentials reads what --credentials names; nil is what no --credentials means.
func loadCredentials(from string, environ []string) (*profile.Credentials, error) {
	switch from {
	case "":
		return nil, nil
	case fromEnvironment:
		return environmentCredentials(environ)
	}
	text, err := readFile("credentials", from)
	if err != nil {
		return nil, err
	}
	credentials, err := profile.ParseCredentials(from, text)
	if err != nil {
		return nil, fmt.Errorf("--credentials: %w", err)
	}
	if !credentials.Admin.Given() {
		return nil, fmt.Errorf("--credentials %s: admin has no token and no key", from)
	}
	return credentials, nil
}

func environmentCredentials(environ []string) (*profile.Credentials, error) {
	credentials := new(profile.Credentials)
	for name, field := range credentialFields(credentials) {
		*field = lookup(environ, name)
	}
	credentials.Values = valuesOf(environ, valuePrefix)
	credentials.Foreign.Values = valuesOf(environ, foreignValuePrefix)
	if !credentials.Admin.Given() {
		return nil, errors.New("--credentials env: neither KEYTURN_ADMIN_TOKEN nor KEYTURN_ADMIN_KEY is set")
	}
	return credentials, nil
}

func valuesOf(environ []string, prefix string) map[string]string {
	values := map[string]string{}
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		rest, found := strings.CutPrefix(name, prefix)
		if value := lookup(environ, name); found && rest != "" && value != "" {
			values[strings.ToLower(rest)] = value
		}
	}
	return values
}
