package checks

import "github.com/keyturn/keyturn/conformance"

var input = []conformance.Check{}
