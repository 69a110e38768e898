//go:build !keyturn_kin

package contract

import "github.com/keyturn/keyturn/mockserver/contract/accept"

var acceptance = accept.Compile
