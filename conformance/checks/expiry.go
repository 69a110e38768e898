package checks

import "github.com/keyturn/keyturn/conformance"

var expiry = []conformance.Check{}
