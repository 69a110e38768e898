package certs

import (
	"crypto/tls"
	"crypto/x509"
)

// Config is TLS 1.2 or later for a server with this certificate, for HTTP/2 and
// HTTP/1.1.
func Config(certificate tls.Certificate) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
}

// VerifyClients makes the handshake fail for a client whose certificate none of these
// authorities issued. Presenting none is no failure of the handshake: whether that will
// do depends on the request.
func VerifyClients(config *tls.Config, authorities *x509.CertPool) {
	config.ClientCAs, config.ClientAuth = authorities, tls.VerifyClientCertIfGiven
}

// NamesOf lists what the certificate is for.
func NamesOf(certificate tls.Certificate) []string {
	names := append([]string(nil), certificate.Leaf.DNSNames...)
	for _, ip := range certificate.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
