// Package accept compiles kin-openapi's schemas into functions that say whether a value
// keeps to them. kin-openapi stays the authority: what is compiled here has its result, and
// a part of a schema that this package does not know is left to it. Whoever gets a no asks
// kin-openapi for the reason, so that a yes is all that this package decides.
//
// It pays since most values are good, and kin-openapi asks anew for each of them what of
// some forty keywords a schema has, with the names of every object sorted for the sake of
// its errors. UPSTREAM.md says what of that could be changed there.
package accept
