package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/mockserver"
)

// adminTokenFlag is not "admin-token": its variable would be the one that holds the
// referee's credentials for the deployment under test, which a stand-in beside it
// must not take for its own.
const adminTokenFlag = "admin-plane-token"

// secretSetting is a setting whose value is shown to nobody: not in help, and not in
// an error that says what is wrong with it.
type secretSetting struct{ setting[string] }

func newSecret(target *string, placeholder string, parse func(string) (string, error)) *secretSetting {
	return &secretSetting{setting[string]{target: target, placeholder: placeholder, parse: parse}}
}

func (*secretSetting) String() string { return "" }

func isSecret(flag *pflag.Flag) bool {
	_, secret := flag.Value.(*secretSetting)
	return secret
}

// hides tells whether a value of the flag is not to be repeated: an @ may be the one
// behind the password of a URL.
func hides(flag *pflag.Flag, value string) bool {
	return isSecret(flag) || strings.Contains(value, "@")
}

// withoutSecrets is a complaint about the command line that repeats no value of a
// secret flag, nor one of a flag that is nearly its name, nor a password in a URL.
func withoutSecrets(err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok && hides(invalid.GetFlag(), invalid.GetValue()) {
		return fmt.Errorf("invalid argument for %q flag: %w", "--"+invalid.GetFlag().Name, invalid.Unwrap())
	}
	misspelt, _ := errors.AsType[*pflag.NotExistError](err)
	_, malformed := errors.AsType[*pflag.InvalidSyntaxError](err)
	if named, _, found := strings.Cut(err.Error(), "="); found && (malformed || misspelt != nil) {
		return errors.New(named)
	}
	return err
}

func parseAdminToken(text string) (string, error) { return text, mockserver.CheckAdminToken(text) }
