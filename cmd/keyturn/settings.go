package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/defect"
)

// layered is a flag value that a variable or a file can give too.
type layered interface {
	pflag.Value
	// check reports why the texts cannot be the value.
	check(texts []string) error
	// assign makes texts that were checked the value.
	assign(texts []string) error
}

// setting is a flag value of any type. Its parser's errors say what was expected,
// whether the text came from a flag, a variable or a file. The placeholder is what
// help shows for the value.
type setting[T any] struct {
	target      *T
	placeholder string
	parse       func(string) (T, error)
}

func newSetting[T any](target *T, initial T, placeholder string, parse func(string) (T, error)) pflag.Value {
	*target = initial
	return &setting[T]{target: target, placeholder: placeholder, parse: parse}
}

func (s *setting[T]) Set(text string) error {
	value, err := s.parse(text)
	if err == nil {
		*s.target = value
	}
	return err
}

func (s *setting[T]) String() string {
	if s == nil || s.target == nil {
		return ""
	}
	return fmt.Sprint(*s.target)
}

func (s *setting[T]) Type() string { return s.placeholder }

func (s *setting[T]) check(texts []string) error {
	if len(texts) != 1 {
		return errors.New("want one value")
	}
	_, err := s.parse(texts[0])
	return err
}

func (s *setting[T]) assign(texts []string) error { return s.Set(texts[0]) }

// listSetting is a flag that may be given several times, or once with commas.
type listSetting struct {
	target *[]string
	parse  func(string) (string, error)
	given  bool
}

func (l *listSetting) Set(text string) error {
	parsed, err := l.parseAll(strings.Split(text, ","))
	if err != nil {
		return err
	}
	if !l.given {
		*l.target = nil
	}
	l.given = true
	*l.target = append(*l.target, parsed...)
	return nil
}

func (l *listSetting) check(texts []string) error {
	_, err := l.parseAll(texts)
	return err
}

func (l *listSetting) assign(texts []string) error {
	parsed, err := l.parseAll(texts)
	if err == nil {
		*l.target = parsed
	}
	return err
}

func (l *listSetting) parseAll(texts []string) ([]string, error) {
	var all []string
	for _, text := range texts {
		parsed, err := l.parse(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		all = append(all, parsed)
	}
	return all, nil
}

func (l *listSetting) String() string { return strings.Join(*l.target, ",") }
func (*listSetting) Type() string     { return "NAME" }

func isList(flag *pflag.Flag) bool {
	_, list := flag.Value.(*listSetting)
	return list
}

func parseText(text string) (string, error) { return text, nil }

func parseBool(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("want true or false")
}

func parsePositive(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errors.New(`want a duration above zero, such as "500ms" or "5s"`)
	}
	return d, nil
}

func parseURL(text string) (string, error) {
	return text, mockserver.CheckPublicURL(text)
}

func parseHost(text string) (string, error) {
	if text == "" || strings.ContainsAny(text, "/@ ") {
		return "", errors.New(`want a host name without a scheme or path, such as "keyturn.example.com"`)
	}
	return text, nil
}

func parseAddr(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New(`want HOST:PORT, such as "127.0.0.1:7070", where port 0 is any free one`)
	}
	return text, nil
}

func oneOf(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("want one of %s", strings.Join(words, ", "))
		}
		return text, nil
	}
}

func parseDefect(text string) (string, error) {
	if _, err := defect.Named(text); err == nil {
		return text, nil
	}
	var ids []string
	for _, one := range defect.All() {
		ids = append(ids, one.ID)
	}
	for _, set := range defect.Sets() {
		ids = append(ids, set.ID)
	}
	return "", errors.New("there is no such defect" + suggestion(`, did you mean "`, nearest(text, ids), `"?`) +
		"; see keyturn conformance list --defects")
}
