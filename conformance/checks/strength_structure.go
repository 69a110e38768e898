package checks

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// ordered is how many secrets are drawn to see an order in them. Independent ones come
// in order by chance once in 14!, which is about 10^11, for each place looked at.
const ordered = 14

func secretsHaveNoStructure(s *conformance.Session) {
	began := s.ServerNow()
	values, shown := generatedSecrets(s, ordered)
	for _, what := range structure(values, began.Add(-time.Hour), s.ServerNow().Add(time.Hour)) {
		s.Find(report.Finding{
			Verdict: report.Warn, Message: "generated secrets have a structure: " + what,
			Expected: "characters that follow from nothing", Observed: what, Exchanges: shown,
		})
	}
}

// structure says what follows from the order or the time of the draws, or from other
// characters. What is the same in all samples is none: a prefix by which scanners know
// a secret is good practice, and costs only length.
func structure(samples []string, from, to time.Time) []string {
	texts := make([][]byte, 0, len(samples))
	for _, sample := range withoutSeparators(samples) {
		texts = append(texts, []byte(sample))
	}
	views := []struct {
		unit    string
		samples [][]byte
	}{{"character", texts}, {"byte of what they are in base64", decoded(samples)}}
	var found []string
	for _, view := range views {
		if at := climbs(view.samples); at >= 0 {
			found = append(found, fmt.Sprintf("from %s %d on each is greater than the one before, or each is less", view.unit, at+1))
			break
		}
	}
	for _, view := range views {
		if at := clock(view.samples, from, to); at >= 0 {
			found = append(found, fmt.Sprintf("at %s %d they hold the time of their making", view.unit, at+1))
			break
		}
	}
	if repeated := echoes(texts); repeated > 0 {
		found = append(found, fmt.Sprintf("%d of their characters only repeat other ones", repeated))
	}
	return found
}

// withoutSeparators leaves out the dashes and the like that stand at one place in all
// samples, as in a UUID.
func withoutSeparators(samples []string) []string {
	separators := map[int]bool{}
	for i := range shortest(samples) {
		c := samples[0][i]
		separators[i] = !strings.ContainsRune(digits+lower+upper, rune(c)) &&
			!slices.ContainsFunc(samples, func(sample string) bool { return sample[i] != c })
	}
	plain := make([]string, 0, len(samples))
	for _, sample := range samples {
		var kept strings.Builder
		for i := range len(sample) {
			if !separators[i] {
				kept.WriteByte(sample[i])
			}
		}
		plain = append(plain, kept.String())
	}
	return plain
}

func shortest(samples []string) int {
	if len(samples) == 0 {
		return 0
	}
	return len(slices.MinFunc(samples, func(a, b string) int { return len(a) - len(b) }))
}

// decoded is what samples are in base64, nil where one is none.
func decoded(samples []string) [][]byte {
	var all [][]byte
	for _, sample := range samples {
		text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(sample, "="))
		raw, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil {
			return nil
		}
		all = append(all, raw)
	}
	return all
}

// climbs is the first place from which on the samples are in strict order, rising or
// falling, read forwards or backwards from there; -1 where there is none.
func climbs(samples [][]byte) int {
	if len(samples) < ordered {
		return -1
	}
	backwards := make([][]byte, 0, len(samples))
	for _, sample := range samples {
		reversed := slices.Clone(sample)
		slices.Reverse(reversed)
		backwards = append(backwards, reversed)
	}
	length := len(slices.MinFunc(samples, func(a, b []byte) int { return len(a) - len(b) }))
	for at := range length {
		if inOrder(samples, at) {
			return at
		}
		if inOrder(backwards, at) {
			return length - 1 - at
		}
	}
	return -1
}

func inOrder(samples [][]byte, at int) bool {
	way := bytes.Compare(samples[0][at:], samples[1][at:])
	for i := 1; i < len(samples); i++ {
		if way == 0 || bytes.Compare(samples[i-1][at:], samples[i][at:]) != way {
			return false
		}
	}
	return true
}

// clock is the first place at which every sample holds an instant between two, -1 where
// there is none.
func clock(samples [][]byte, from, to time.Time) int {
	if len(samples) == 0 {
		return -1
	}
	length := len(slices.MinFunc(samples, func(a, b []byte) int { return len(a) - len(b) }))
	for at := range length {
		for _, read := range instants {
			if !slices.ContainsFunc(samples, func(sample []byte) bool {
				instant := read(sample[at:])
				return instant.Before(from) || instant.After(to)
			}) {
				return at
			}
		}
	}
	return -1
}

// instants are the ways in which a text or bytes may begin with a time since 1970, in
// seconds, in milliseconds as in UUIDs of version 7, or in nanoseconds.
var instants = []func([]byte) time.Time{
	func(text []byte) time.Time { return time.Unix(number(text, 10, 10), 0) },
	func(text []byte) time.Time { return time.UnixMilli(number(text, 13, 10)) },
	func(text []byte) time.Time { return time.Unix(0, number(text, 19, 10)) },
	func(text []byte) time.Time { return time.Unix(number(text, 8, 16), 0) },
	func(text []byte) time.Time { return time.UnixMilli(number(text, 11, 16)) },
	func(text []byte) time.Time { return time.Unix(0, number(text, 16, 16)) },
	func(raw []byte) time.Time { return time.Unix(whole(binary.BigEndian, raw, 4), 0) },
	func(raw []byte) time.Time { return time.Unix(whole(binary.LittleEndian, raw, 4), 0) },
	func(raw []byte) time.Time { return time.UnixMilli(whole(binary.BigEndian, raw, 6)) },
	func(raw []byte) time.Time { return time.UnixMilli(whole(binary.BigEndian, raw, 8)) },
	func(raw []byte) time.Time { return time.Unix(0, whole(binary.BigEndian, raw, 8)) },
	func(raw []byte) time.Time { return time.Unix(0, whole(binary.LittleEndian, raw, 8)) },
}

// number is what a text begins with, 0 where it is none.
func number(text []byte, length, base int) int64 {
	if len(text) < length {
		return 0
	}
	value, err := strconv.ParseInt(string(text[:length]), base, 64)
	if err != nil {
		return 0
	}
	return value
}

func whole(order binary.ByteOrder, raw []byte, length int) int64 {
	if len(raw) < length {
		return 0
	}
	var full [8]byte
	if order == binary.BigEndian {
		copy(full[8-length:], raw[:length])
	} else {
		copy(full[:], raw[:length])
	}
	return int64(order.Uint64(full[:]))
}

// echoes counts the places that change from sample to sample and are always the same
// as an earlier place.
func echoes(samples [][]byte) int {
	if len(samples) < ordered {
		return 0
	}
	length := len(slices.MinFunc(samples, func(a, b []byte) int { return len(a) - len(b) }))
	seen := map[string]bool{}
	count := 0
	for at := range length {
		column := make([]byte, 0, len(samples))
		for _, sample := range samples {
			column = append(column, sample[at])
		}
		if len(slices.Compact(slices.Clone(column))) == 1 {
			continue // the same in all
		}
		if seen[string(column)] {
			count++
		}
		seen[string(column)] = true
	}
	return count
}
