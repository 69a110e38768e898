// Package angusgm is AngusGM's AuthClient API: registered OAuth2 clients, whose one
// secret is chosen by whoever registers or updates them, and the authorization
// server that honours it. There is no operation that rotates; a rotation is an
// update that names a new secret, and the old one is dead at once.
//
// The wire is AngusInfra's: an envelope around every answer, numbers written as
// text, dates without a zone that mean Asia/Shanghai, and enumerations that are
// read leniently and written as pairs. What the vendor's page leaves open, and
// where this package keeps to what is documented rather than to what the deployed
// product does, is listed in specs/angusgm/README.md.
package angusgm
