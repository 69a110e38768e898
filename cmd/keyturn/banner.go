package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/build"
)

// printBanner says where everything is, and how to begin: one request for each API,
// as the vendor's document shows it. A world of the user's own does not hold what
// those requests ask for.
func printBanner(w io.Writer, at places, world string, options mockserver.Options, defects []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Keyturn %s is listening.\n\n", build.Read().Version)
	fmt.Fprintf(&b, "  base URL  %s\n  admin     %s\n  console   %s/ui/\n  docs      %s/docs/\n", at.URL, at.AdminURL, at.AdminURL, at.AdminURL)
	if at.state != "" {
		fmt.Fprintf(&b, "  state     %s\n", at.state)
	}
	at.describe(&b)
	if options.AdminClosed {
		fmt.Fprintf(&b, "\nThe admin plane is closed: other machines can reach it, and it has no token.\nSet --%s or %s to use it.\n", adminTokenFlag, variableOf(adminTokenFlag))
	}
	if len(defects) > 0 {
		fmt.Fprintf(&b, "\nMisbehaving on purpose: %s\n", strings.Join(defects, ", "))
	}
	if world != "" {
		fmt.Fprintf(&b, "\nThe world is %s. To see what it holds now:\n\n  %s\n", world, at.curl("curl "+curlToken(options)+at.AdminURL+"/world"))
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
			fmt.Fprintf(&b, "\n  # %s: %s\n  %s\n", transcript.Provider, first.Name, at.curl(first.Request.Curl(at.URL)))
		}
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// curlToken is how curl presents the token of the admin plane, for a shell where its
// variable is set. The token itself is printed nowhere.
func curlToken(options mockserver.Options) string {
	if options.AdminToken == "" && !options.AdminClosed {
		return ""
	}
	return `-H "Authorization: Bearer $` + variableOf(adminTokenFlag) + `" `
}
