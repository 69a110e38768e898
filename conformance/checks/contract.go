package checks

import "github.com/keyturn/keyturn/conformance"

var contract = []conformance.Check{}
