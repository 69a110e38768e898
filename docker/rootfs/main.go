// Command rootfs writes the files of the image as a tar, the same bytes for the same
// arguments: the binary, the root certificates and a few empty folders. An archive says
// who owns what and since when, on any machine and to any builder.
//
//	go run . ../../bin/linux-amd64/keyturn 2026-01-31T12:00:00Z >rootfs.tar
package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user runs the binary. No system has a name for that number, and none is needed.
const user = 65532

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "rootfs: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, w io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("got %q, want the binary and a time", args)
	}
	binary, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	modified, err := time.Parse(time.RFC3339, args[1])
	if err != nil {
		return err
	}
	certificates, err := roots()
	if err != nil {
		return err
	}
	return write(w, modified, []file{
		{name: "keyturn", mode: 0o755, data: binary},
		{name: "etc/", mode: 0o755},
		{name: "etc/ssl/", mode: 0o755},
		{name: "etc/ssl/certs/", mode: 0o755},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, data: certificates},
		{name: "tmp/", mode: 0o1777}, // for the journal of the referee
		{name: "var/", mode: 0o755},
		{name: "var/lib/", mode: 0o755},
		{name: "var/lib/keyturn/", mode: 0o755},
		{name: "var/lib/keyturn/tls/", mode: 0o755, owner: user}, // so is a new volume mounted there
		{name: "var/lib/keyturn/state/", mode: 0o700, owner: user},
		{name: "worlds/", mode: 0o755},
	})
}

// file is one of the image, or a folder when its name ends in a slash.
type file struct {
	name  string
	mode  int64
	owner int // user and group
	data  []byte
}

func write(w io.Writer, modified time.Time, files []file) error {
	archive := tar.NewWriter(w)
	for _, one := range files {
		header := &tar.Header{
			Name: one.name, Mode: one.mode, Uid: one.owner, Gid: one.owner, Size: int64(len(one.data)), ModTime: modified,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(one.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// roots are the certificates of Mozilla's programme, as the Go project distributes them, in
// PEM. Left out are those that are trusted for certificates up to a day only: PEM has no
// word for the day, and to trust them without it would be more than Mozilla does.
func roots() ([]byte, error) {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}
