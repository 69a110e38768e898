package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/mockserver/journal"
)

// boundSettings are the flags of serve about how much it keeps.
type boundSettings struct {
	namespaces int
	journal    journal.Bounds
}

func (s *boundSettings) register(flags *pflag.FlagSet) {
	flags.Var(newSetting(&s.namespaces, 20_000, "NUMBER", parseNumber(1, 1_000_000)), "max-namespaces", "largest NUMBER of namespaces at a time, the default one among them")
	flags.Var(newSetting(&s.journal.Entries, 1000, "NUMBER", parseNumber(1, 1_000_000)), "journal-entries", "largest NUMBER of requests that each namespace remembers")
	flags.Var(newSetting(&s.journal.Bytes, 8<<20, "BYTES", parseNumber(64<<10, 1<<30)), "journal-bytes", "most BYTES that they may take; all namespaces but the default one have 64 MiB together")
}

// parseNumber takes numbers of that range.
func parseNumber(least, most int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("want a number from %d to %d", least, most)
		}
		return n, nil
	}
}
