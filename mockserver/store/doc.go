// Package store is the contract for keeping clients: few methods over one
// aggregate (Store), copies of all of them (Content), and, for backends that outlive the
// process or that several servers share, records of what else a namespace is (Durable,
// Shared). Each sentence of those comments is proven for every backend by
// the suite in storetest; a backend is a folder below this one and ten lines of
// test that hand it to the suite.
//
// It knows the domain and nothing of HTTP or vendors.
package store
