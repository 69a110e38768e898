package certs

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Names returns what a stand-in's certificate is for: this machine under the names
// that it gives itself, and each of the hosts, once. A host that CheckName does not
// allow is left out, such as an address that stands for all.
func Names(hosts ...string) []string {
	names := []string{"localhost", "*.localhost", "127.0.0.1", "::1"}
	for _, host := range hosts {
		name := strings.ToLower(strings.TrimSuffix(host, "."))
		if ip, err := netip.ParseAddr(name); err == nil {
			name = ip.Unmap().String()
		}
		if CheckName(name) == nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

const (
	longestName  = 253 // RFC 1035 section 2.3.4, without the length octets
	longestLabel = 63
)

// CheckName reports why a certificate cannot be for the name: a DNS name in ASCII,
// with "*" for its first label or not (RFC 9525 section 6.3), or an IP address.
func CheckName(name string) error {
	if ip, err := netip.ParseAddr(name); err == nil {
		switch {
		case ip.IsUnspecified():
			return fmt.Errorf("%q stands for every address: want one that clients connect to", name)
		case ip.Zone() != "":
			return fmt.Errorf("%q has a zone, which means nothing on another machine: want the address without it", name)
		}
		return nil
	}
	dns, wildcard := strings.CutPrefix(name, "*.")
	if dns == "" || len(name) > longestName {
		return nameError(name)
	}
	labels := strings.Split(dns, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return nameError(name)
		}
	}
	// A last label of digits is an address that somebody mistyped (RFC 1123 section 2.1).
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" && (wildcard || len(labels) > 1) {
		return nameError(name)
	}
	return nil
}

// isLabel takes the underscore too, which names of containers like to have.
func isLabel(label string) bool {
	if label == "" || len(label) > longestLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(label, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func nameError(name string) error {
	hint := ""
	if strings.ContainsFunc(name, func(r rune) bool { return r > '~' }) {
		hint = " with other letters in their xn-- form"
	}
	return errors.New(`want a host name` + hint + ` or an IP address, such as "keyturn", "*.keyturn.test" or "192.0.2.7"`)
}
