//go:build keyturn_kin

package contract

import "github.com/keyturn/keyturn/mockserver/contract/accept"

// acceptance is kin-openapi's own with this tag: the tests have to pass with both.
var acceptance = accept.ByKin
