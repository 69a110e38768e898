package checks

import "github.com/keyturn/keyturn/conformance"

var updates = []conformance.Check{}
