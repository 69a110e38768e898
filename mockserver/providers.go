package mockserver

import "github.com/keyturn/keyturn/mockserver/provider"

// providers is every emulated API. To add one, add its folder and its line.
func providers() []provider.Provider {
	return []provider.Provider{}
}
