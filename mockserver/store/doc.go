// Package store is the contract for keeping clients: few methods over one
// aggregate. Each sentence of the Store comments is proven for every backend by
// the suite in storetest; a backend is a folder below this one and ten lines of
// test that hand it to the suite.
//
// It knows the domain and nothing of HTTP or vendors.
package store
