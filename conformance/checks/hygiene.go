package checks

import "github.com/keyturn/keyturn/conformance"

var hygiene = []conformance.Check{}
