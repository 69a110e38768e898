package checks

import "github.com/keyturn/keyturn/conformance"

var tokens = []conformance.Check{}
