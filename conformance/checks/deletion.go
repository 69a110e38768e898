package checks

import "github.com/keyturn/keyturn/conformance"

var deletion = []conformance.Check{}
