package mockserver

import (
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/provider/angusgm"
	"github.com/keyturn/keyturn/mockserver/provider/authingv2"
	"github.com/keyturn/keyturn/mockserver/provider/genauthv3"
	"github.com/keyturn/keyturn/mockserver/provider/identityservice"
)

// providers is every emulated API. To add one, add its folder and its line.
func providers() []provider.Provider {
	return []provider.Provider{
		angusgm.New(),
		authingv2.New(),
		genauthv3.New(),
		identityservice.New(),
	}
}
