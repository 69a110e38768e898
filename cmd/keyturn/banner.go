package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/admin"
	"github.com/keyturn/keyturn/mockserver/build"
)

// printBanner says where everything is, and how to begin: one request for each API,
// as the vendor's document shows it. A world of the user's own does not hold what
// those requests ask for.
func printBanner(w io.Writer, at places, world string, defects []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Keyturn %s is listening.\n\n", build.Read().Version)
	fmt.Fprintf(&b, "  base URL  %s\n  admin     %s\n  docs      %s%s\n", at.URL, at.AdminURL, at.URL, admin.DocsPath)
	if len(defects) > 0 {
		fmt.Fprintf(&b, "\nMisbehaving on purpose: %s\n", strings.Join(defects, ", "))
	}
	if world != "" {
		fmt.Fprintf(&b, "\nThe world is %s. To see what it holds now:\n\n  curl %s/world\n", world, at.AdminURL)
		_, err := io.WriteString(w, b.String())
		return err
	}
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nTo begin, paste one of these:\n")
	for _, transcript := range transcripts {
		if len(transcript.Exchanges) > 0 {
			first := transcript.Exchanges[0]
			fmt.Fprintf(&b, "\n  # %s: %s\n  %s\n", transcript.Provider, first.Name, first.Request.Curl(at.URL))
		}
	}
	_, err = io.WriteString(w, b.String())
	return err
}
