package checks

import "github.com/keyturn/keyturn/conformance"

var tenancy = []conformance.Check{}
