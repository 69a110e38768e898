package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const variablePrefix = "KEYTURN_"

// variableOf is the environment variable that stands for a flag.
func variableOf(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// applyEnvironment fills the flags of the command that its line did not give. An
// empty variable counts as not set, as compose files like to write it, but for one
// that narrows something: whoever sets that does not ask for all there is. A variable
// with our prefix that no command knows is a mistake, which would else go unseen.
func applyEnvironment(cmd *cobra.Command, environ []string) error {
	known := variables(cmd.Root())
	for _, name := range credentialVariables(environ) {
		known[name] = true
	}
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, variablePrefix) && !known[name] && !fromKubernetes(name) {
			return fmt.Errorf("unknown environment variable %s%s", name, suggestion(", the nearest is ", nearest(name, keys(known)), ""))
		}
	}
	for _, name := range flagNames(cmd) {
		variable := variableOf(name)
		value, set := find(environ, variable)
		flag := flagOf(cmd, name)
		if !set || isFlagOnly(flag) || value == "" && !narrows(flag) {
			continue
		}
		texts := []string{value}
		if isList(flag) {
			texts = strings.Split(value, ",")
		}
		if err := fill(flag, variable, texts); err != nil {
			return err
		}
	}
	return nil
}

// flagOnly is a value that no variable fills, as the one that would is another
// command's and means something else there.
type flagOnly struct{ pflag.Value }

func isFlagOnly(flag *pflag.Flag) bool {
	_, only := flag.Value.(flagOnly)
	return only
}

// variables are those of every command below this one: an image sets them for all.
func variables(cmd *cobra.Command) map[string]bool {
	known := map[string]bool{}
	for _, child := range cmd.Commands() {
		if child.Name() == "completion" || child.Name() == "help" {
			continue // cobra's own read no variables
		}
		for _, name := range flagNames(child) {
			if !isFlagOnly(flagOf(child, name)) {
				known[variableOf(name)] = true
			}
		}
		for name := range variables(child) {
			known[name] = true
		}
	}
	return known
}

// fromKubernetes reports whether the variable is one of those that Kubernetes sets
// in every container of a namespace with a Service called keyturn.
func fromKubernetes(name string) bool {
	rest := strings.TrimPrefix(name, variablePrefix)
	return strings.HasPrefix(rest, "SERVICE_") || rest == "PORT" || strings.HasPrefix(rest, "PORT_")
}

// lookup returns the last value of a variable, empty when it is not set.
func lookup(environ []string, name string) string {
	value, _ := find(environ, name)
	return value
}

// find is lookup that tells an empty variable from one that is not set.
func find(environ []string, name string) (value string, set bool) {
	for _, line := range environ {
		if text, found := strings.CutPrefix(line, name+"="); found {
			value, set = text, true
		}
	}
	return value, set
}
