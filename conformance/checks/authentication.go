package checks

import "github.com/keyturn/keyturn/conformance"

var authentication = []conformance.Check{}
