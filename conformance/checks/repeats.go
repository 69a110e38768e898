package checks

import "github.com/keyturn/keyturn/conformance"

var repeats = []conformance.Check{}
