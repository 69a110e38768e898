package checks

import "github.com/keyturn/keyturn/conformance"

var grace = []conformance.Check{}
