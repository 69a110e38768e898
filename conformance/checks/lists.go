package checks

import "github.com/keyturn/keyturn/conformance"

var lists = []conformance.Check{}
