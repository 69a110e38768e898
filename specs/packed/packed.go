// Package packed keeps files in one gzip stream, for what the binary embeds and seldom
// reads. Texts of one kind resemble each other, so that together they take a sixth of
// their size, and less than each by itself. "zcat" shows what is inside: for every
// content a line with its length in bytes and the names that it goes by, and then the
// content. Names are slash-separated paths without white space.
package packed

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Pack returns the stream. Files of the same content share one.
func Pack(files map[string][]byte) ([]byte, error) {
	names := map[string][]string{} // by content
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if len(strings.Fields(name)) != 1 || strings.TrimSpace(name) != name {
			return nil, fmt.Errorf("pack %q: want a name without white space", name)
		}
		content := string(files[name])
		names[content] = append(names[content], name)
	}
	var stream bytes.Buffer
	packer, err := gzip.NewWriterLevel(&stream, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	contents := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Compare(names[a][0], names[b][0]) })
	for _, content := range contents {
		_, err = fmt.Fprintf(packer, "%d %s\n%s", len(content), strings.Join(names[content], " "), content)
		if err != nil {
			return nil, err
		}
	}
	if err := packer.Close(); err != nil {
		return nil, err
	}
	return stream.Bytes(), nil
}

// Unpack returns the files of a stream, by name. Names of one content share its bytes.
func Unpack(stream string) (map[string][]byte, error) {
	unpacker, err := gzip.NewReader(strings.NewReader(stream))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	rest, err := io.ReadAll(unpacker)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	files := map[string][]byte{}
	for len(rest) > 0 {
		head, after, _ := bytes.Cut(rest, []byte("\n"))
		fields := strings.Fields(string(head))
		if len(fields) < 2 {
			return nil, errors.New("unpack: want a line with a length and a name")
		}
		length, err := strconv.Atoi(fields[0])
		if err != nil || length < 0 || length > len(after) {
			return nil, fmt.Errorf("unpack %s: the length is %s, and %d bytes are left", fields[1], fields[0], len(after))
		}
		for _, name := range fields[1:] {
			files[name] = after[:length:length]
		}
		rest = after[length:]
	}
	return files, nil
}

// Gather reads the files that match the patterns of package path. A pattern that matches
// none is an error.
func Gather(from fs.FS, patterns ...string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pattern := range patterns {
		names, err := fs.Glob(from, pattern)
		if err != nil {
			return nil, fmt.Errorf("pattern %s: %w", pattern, err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("pattern %s: no file matches", pattern)
		}
		for _, name := range names {
			if files[name], err = fs.ReadFile(from, name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// Renew writes the stream of the files to path, unless they are in it already: another
// release of Go may compress otherwise, which makes no new file.
func Renew(path string, files map[string][]byte) error {
	if old, err := os.ReadFile(path); err == nil { //nolint:gosec // a generator's own file
		held, err := Unpack(string(old))
		if err == nil && maps.EqualFunc(held, files, bytes.Equal) {
			return nil
		}
	}
	stream, err := Pack(files)
	if err != nil {
		return err
	}
	return os.WriteFile(path, stream, 0o644) //nolint:gosec // read by whoever builds
}
