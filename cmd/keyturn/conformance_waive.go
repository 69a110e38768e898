package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
)

// waiveSettings are the flags of conformance waive.
type waiveSettings struct {
	conformance.Proposal

	file string
}

func newConformanceWaive() *cobra.Command {
	s := &waiveSettings{}
	cmd := &cobra.Command{
		Use:   "waive REPORT.json",
		Short: "Write waivers for what failed in a report",
		Long: `Writes the entries of a waivers file for checks that failed in a report, to standard
output or, with --file, into such a file, behind the entries that it has; the file is
made if there is none. The entries hold for the report's target alone, unless --target
says otherwise.

Refused are a check that did not fail in the report, a day that is over, a glob unless
--wildcards says that it is meant, and an entry that the file has already. A glob in
--check becomes one entry for each check that failed.

A waiver moves the exit code of a run, and the report still says that the check failed.
The run after the failure is gone ends with exit code 6 until the entry is gone too.`,
		Example: `  keyturn conformance waive report/report.json --check ROT-003 --owner "identity team" \
    --reason "caches hold it for a minute" --link https://tracker.example.com/4711 \
    --expires 2027-01-31 --file waivers.yaml`,
		Args: cobra.ExactArgs(1),
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(&listSetting{target: &s.Checks, parse: parseText}, "check", "id of a check that failed; repeat, or separate with commas")
	flags.Var(newSetting(&s.Owner, "", "NAME", parseText), "owner", "who sees to it")
	flags.Var(newSetting(&s.Reason, "", "TEXT", parseText), "reason", "why it may stand")
	flags.Var(newSetting(&s.Link, "", "URL", parseText), "link", "where it is being dealt with")
	flags.Var(newSetting(&s.Expires, "", "DATE", parseText), "expires", "the last day, such as 2027-01-31")
	flags.Var(newSetting(&s.file, "", "FILE", parseText), "file", "FILE of waivers to add to (default: standard output)")
	flags.Var(newSetting(&s.Target, "", "GLOB", parseText), "target", "GLOB of the targets' addresses (default: the report's own)")
	wildcards := flags.VarPF(newSetting(&s.Wildcards, false, "bool", parseBool), "wildcards", "", "take globs in --check and --target")
	wildcards.NoOptDefVal = "true"
	cmd.RunE = judging(func(cmd *cobra.Command, args []string) error {
		if err := applyEnvironment(cmd, os.Environ()); err != nil {
			return usage{err}
		}
		return s.waive(cmd, args[0])
	})
	return cmd
}

func (s *waiveSettings) waive(cmd *cobra.Command, name string) error {
	of, err := reportFile(name)
	if err != nil {
		return usage{err}
	}
	entries, err := catalogue.Load()
	if err != nil {
		return err
	}
	waivers, err := s.Waivers(of, entries, time.Now())
	if err != nil {
		return calm(err)
	}
	if s.file == "" {
		text, err := conformance.WriteWaivers(waivers)
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	if err := addTo(s.file, waivers, of.Target.URL); err != nil {
		return calm(err)
	}
	ids := make([]string, len(waivers))
	for i, waiver := range waivers {
		ids[i] = waiver.Check
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s has %s more: %s\n", s.file, counted(len(waivers), "waiver"), strings.Join(ids, ", "))
	return err
}

// addTo writes the waivers into a file in one step. It keeps the file's permissions,
// and goes to where a link points instead of replacing it.
func addTo(file string, waivers []conformance.Waiver, url string) error {
	file, text, mode, err := existing(file)
	if err != nil {
		return usage{fmt.Errorf("--file: %w", err)}
	}
	merged, err := conformance.MergeWaivers(file, text, waivers, url)
	if err != nil {
		return err
	}
	if err := replace(file, merged, mode); err != nil {
		return usage{fmt.Errorf("--file: %w", err)}
	}
	return nil
}

// existing is the file to write, behind all links, with its text and its permissions.
// One that is not there yet is empty. What is no file, such as a device, would be
// replaced by one, and what may not be written is not to be replaced either.
func existing(name string) (file string, text []byte, mode fs.FileMode, err error) {
	const fresh = 0o644
	about, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, linked := os.Readlink(name); linked == nil {
			return "", nil, 0, fmt.Errorf("%s is a link to a file that is not there", name)
		}
		return name, nil, fresh, nil
	case err != nil:
		return "", nil, 0, err
	case about.IsDir():
		return "", nil, 0, fmt.Errorf("%s is a folder, want a file", name)
	case !about.Mode().IsRegular():
		return "", nil, 0, fmt.Errorf("%s is a device or a pipe, want a file", name)
	}
	if file, err = filepath.EvalSymlinks(name); err != nil {
		return "", nil, 0, err
	}
	opened, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return "", nil, 0, err
	}
	defer opened.Close()
	text, err = io.ReadAll(opened)
	return file, text, about.Mode().Perm(), err
}

// replace writes a file under another name first, so that nobody reads half of it.
func replace(file string, text []byte, mode os.FileMode) error {
	draft, err := os.CreateTemp(filepath.Dir(file), ".keyturn-*")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Chmod(mode), draft.Close()); err != nil {
		return err
	}
	return os.Rename(draft.Name(), file)
}
