package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// places are the addresses of a server that listens.
type places struct {
	URL      string `json:"url"`
	AdminURL string `json:"admin_url"`
	// CAFile is where clients find the authority to trust, where that is an own one.
	CAFile string `json:"ca_file,omitempty"`
	// names are what the certificate is for, and clientCA is the file of authorities
	// that clients need a certificate of.
	names    []string
	clientCA string
	// state is where the state is kept, empty for the process.
	state string
}

// placesOf names the server the way this machine reaches it.
func placesOf(scheme string, addr net.Addr) places {
	host, port := "localhost", ""
	if tcp, ok := addr.(*net.TCPAddr); ok {
		port = strconv.Itoa(tcp.Port)
		if !tcp.IP.IsUnspecified() {
			host = tcp.IP.String()
		}
	}
	url := scheme + "://" + net.JoinHostPort(host, port)
	return places{URL: url, AdminURL: url + "/__admin"}
}

// writeReady writes the file in one step, so that whoever waits for it never reads
// half of it. Only the user may read it, as it says where secrets are to be had.
func writeReady(file string, at places) error {
	text, err := json.Marshal(at)
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name()) // gone already when all went well
	if _, err := draft.Write(append(text, '\n')); err != nil {
		draft.Close()
		return err
	}
	if err := draft.Close(); err != nil {
		return err
	}
	return os.Rename(draft.Name(), file)
}

// removeReady removes what a server left that was killed, or else whoever waits for
// the file would go there.
func removeReady(file string) error {
	info, err := os.Lstat(file)
	switch {
	case file == "" || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder", file)
	default:
		return os.Remove(file)
	}
}
