package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/certs"
)

// tlsSettings are the flags of serve about TLS.
type tlsSettings struct {
	own      bool
	dir      string
	dirAsked bool // on the command line
	names    []string
	cert     string
	key      string
	clientCA string
}

func (s *tlsSettings) register(flags *pflag.FlagSet) {
	own := flags.VarPF(newSetting(&s.own, false, "bool", parseBool), "tls", "", "HTTPS, with a certificate issued by an authority of its own")
	own.NoOptDefVal = "true"
	flags.Var(newSetting(&s.dir, "", "DIR", parseText), "tls-dir", "DIR that keeps the authority, as ca.pem and ca-key.pem (default: keyturn/tls where the user's caches are)")
	flags.Var(&listSetting{target: &s.names, parse: parseCertName}, "tls-name", "further NAME or IP address for the certificate, and as --admin-host; repeatable")
	flags.Var(newSetting(&s.cert, "", "FILE", parseText), "tls-cert", "PEM FILE with a certificate, and its chain, for HTTPS instead of --tls")
	flags.Var(newSetting(&s.key, "", "FILE", parseText), "tls-key", "PEM FILE with the private key of --tls-cert")
	flags.Var(newSetting(&s.clientCA, "", "FILE", parseText), "tls-client-ca", "PEM FILE with the authorities whose certificates clients have to present")
}

func parseCertName(text string) (string, error) { return text, certs.CheckName(text) }

// check finds flags that contradict each other.
func (s *tlsSettings) check() error {
	files := s.cert != "" || s.key != ""
	switch {
	case files && s.own:
		return errors.New("tls makes a certificate and tls-cert brings one: want one of the two")
	case files && len(s.names) > 0:
		return errors.New("tls-name is for a certificate of --tls: want no tls-name where tls-cert brings one, whose names are in it")
	case files && s.cert == "":
		return errors.New("tls-key is given without tls-cert: want both")
	case files && s.key == "":
		return errors.New("tls-cert is given without tls-key: want both")
	case files || s.own:
		return nil
	case len(s.names) > 0:
		return errors.New("tls-name is given without --tls, so that there is no certificate for it")
	case s.dirAsked:
		return errors.New("tls-dir is given without --tls, so that there is no authority to keep")
	case s.clientCA != "":
		return errors.New("tls-client-ca is given without TLS: want --tls, or --tls-cert and --tls-key")
	}
	return nil
}

// hosts are the names that the operator vouches for by having them certified. A
// wildcard is for names that nobody has looked at.
func (s *tlsSettings) hosts() []string {
	var hosts []string
	for _, name := range s.names {
		if !strings.HasPrefix(name, "*") {
			hosts = append(hosts, name)
		}
	}
	return hosts
}

// transport is how requests reach the stand-in. The zero value is in the clear.
type transport struct {
	config *tls.Config
	// names are what the certificate is for.
	names []string
	// authority is the certificate of the own authority as PEM and caFile where it
	// is kept, both empty when the certificate is the user's.
	authority []byte
	caFile    string
	clientCA  string
}

// open reads or makes what TLS needs, for a server that is known by these hosts too.
func (s *tlsSettings) open(now time.Time, hosts ...string) (transport, error) {
	if err := s.check(); err != nil {
		return transport{}, usage{err}
	}
	var t transport
	var certificate tls.Certificate
	var err error
	switch {
	case s.own:
		certificate, err = s.issue(&t, now, hosts)
	case s.cert != "":
		if certificate, err = certs.Load(s.cert, s.key, now); err != nil {
			err = usage{fmt.Errorf("tls-cert, tls-key: %w", err)}
		}
	default:
		return transport{}, nil
	}
	if err != nil {
		return transport{}, err
	}
	t.names, t.clientCA = certs.NamesOf(certificate), s.clientCA
	t.config = certs.Config(certificate)
	if s.clientCA != "" {
		clients, err := certs.LoadPool(s.clientCA)
		if err != nil {
			return transport{}, usage{fmt.Errorf("tls-client-ca: %w", err)}
		}
		certs.VerifyClients(t.config, clients)
	}
	return t, nil
}

// issue has the own authority make a certificate.
func (s *tlsSettings) issue(t *transport, now time.Time, hosts []string) (tls.Certificate, error) {
	dir := s.dir
	if dir == "" {
		caches, err := os.UserCacheDir()
		if err != nil {
			return tls.Certificate{}, usage{fmt.Errorf("tls: there is no folder for the authority, as the user has none for caches (%w): want --tls-dir DIR", err)}
		}
		dir = filepath.Join(caches, "keyturn", "tls")
	}
	dir, err := filepath.Abs(dir) // it is shown to who may be in another folder
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls-dir: %w", err)
	}
	authority, err := certs.Open(dir, now, nil)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls-dir: %w", err)
	}
	t.authority, t.caFile = authority.PEM(), filepath.Join(dir, certs.CertificateFile)
	return authority.Issue(certs.Names(append(hosts, s.names...)...), now, nil)
}

// ownHosts are the names that the server is told of or knows itself by. In a container
// the machine's is what the container is called.
func (s *serveSettings) ownHosts() []string {
	host, _, _ := net.SplitHostPort(s.addr)
	adminHost, _, _ := net.SplitHostPort(s.adminAddr)
	hosts := []string{host, adminHost}
	if machine, err := os.Hostname(); err == nil {
		hosts = append(hosts, machine)
	}
	if public, err := url.Parse(s.publicURL); err == nil {
		hosts = append(hosts, public.Hostname())
	}
	return hosts
}

// listen is the listener as requests come through it.
func (t transport) listen(plain net.Listener) net.Listener {
	if t.config == nil {
		return plain
	}
	return tls.NewListener(plain, t.config)
}

// guard is what the server has for a listener, behind what clients have to show.
func (t transport) guard(server *mockserver.Server, handler http.Handler) http.Handler {
	if t.clientCA == "" {
		return handler
	}
	return server.RequireClientCertificate(handler)
}

// places are those of a server at this address.
func (t transport) places(addr net.Addr) places {
	scheme := "http"
	if t.config != nil {
		scheme = "https"
	}
	at := placesOf(scheme, addr)
	at.CAFile, at.names, at.clientCA = t.caFile, t.names, t.clientCA
	return at
}

// log says what clients need to know of TLS.
func (t transport) log(ctx context.Context, logger *slog.Logger) {
	if t.config == nil {
		return
	}
	attributes := []any{"names", t.names}
	if t.caFile != "" {
		attributes = append(attributes, "ca_file", t.caFile)
	}
	if t.clientCA != "" {
		attributes = append(attributes, "client_ca", t.clientCA)
	}
	logger.InfoContext(ctx, "TLS is on", attributes...)
}

// describe writes the same for people.
func (p places) describe(b *strings.Builder) {
	if len(p.names) > 0 {
		fmt.Fprintf(b, "  names     %s\n", strings.Join(p.names, ", "))
	}
	if p.CAFile != "" {
		fmt.Fprintf(b, "  CA file   %s\n", p.CAFile)
	}
	if p.clientCA != "" {
		fmt.Fprintf(b, "\nClients need a certificate issued by %s: add --cert and --key below.\n", p.clientCA)
	}
}

// curl makes a command trust the own authority. A variable would do the same for all,
// but also for what else is typed into that shell.
func (p places) curl(command string) string {
	rest, is := strings.CutPrefix(command, "curl ")
	if p.CAFile == "" || !is {
		return command
	}
	return "curl --cacert '" + strings.ReplaceAll(p.CAFile, "'", `'\''`) + "' " + rest
}
