// Package realm is the state that the doors of one vendor share besides its
// clients: who may call, with which credentials, under which settings, and the
// keys that sign its tokens. A realm is loaded from a world and then only read;
// what does change, the nonces of signed requests, guards itself.
package realm
