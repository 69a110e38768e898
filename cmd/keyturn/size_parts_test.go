package main

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	own       = "github.com/keyturn/keyturn/"
	remainder = "types, strings and the linker's tables, which all of these share"
)

// parts is bytes of the binary by what they are there for.
type parts map[string]int

type sizedPart struct {
	name string
	size int
}

func (p parts) total() int {
	total := 0
	for _, size := range p {
		total += size
	}
	return total
}

// sorted is largest first.
func (p parts) sorted() []sizedPart {
	var list []sizedPart
	for _, name := range slices.Sorted(maps.Keys(p)) {
		list = append(list, sizedPart{name, p[name]})
	}
	slices.SortStableFunc(list, func(a, b sizedPart) int { return cmp.Compare(b.size, a.size) })
	return list
}

// linked is a package of the binary, as go list describes it.
type linked struct {
	ImportPath string
	Dir        string
	Standard   bool
	Imports    []string
	EmbedFiles []string
	Module     struct{ Path string }
}

func parsePackages(listing []byte) (map[string]*linked, error) {
	all := map[string]*linked{}
	decoder := json.NewDecoder(bytes.NewReader(listing))
	for {
		var p linked
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		all[p.ImportPath] = &p
	}
}

// measureParts shares the stripped binary out by the symbols of its twin: code and data
// go to their package, the tables of functions to code by its size, and embedded files
// to themselves. It refuses a binary in which nothing can be left out; see markup in
// conformance/report.
func measureParts(stripped, full string, packages map[string]*linked) (parts, error) {
	content, err := os.ReadFile(stripped)
	if err != nil {
		return nil, err
	}
	file, err := elf.Open(full)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return nil, fmt.Errorf("the symbols of the binary: %w", err)
	}
	code, data := parts{}, parts{}
	tables := int(file.Section(".gopclntab").Size)
	nameOf := partNames(packages)
	for _, symbol := range symbols {
		if symbol.Name == "text/template.(*Template).Execute" {
			return nil, errors.New("a template is executed, which looks methods up by name, and so the linker keeps all there are: megabytes")
		}
		if symbol.Section == elf.SHN_UNDEF || int(symbol.Section) >= len(file.Sections) {
			continue
		}
		section := file.Sections[symbol.Section]
		switch size, owner := int(symbol.Size), packageOf(symbol.Name); {
		case section.Type == elf.SHT_NOBITS:
		case symbol.Name == "go:func.*":
			tables += size
		case section.Name == ".text":
			code[nameOf(owner)] += size
		case owner != "":
			data[nameOf(owner)] += size
		}
	}
	all := embedded(content, packages)
	for name, size := range data {
		all[name] += size
	}
	for name, size := range code {
		all[name] += size + int(float64(tables)*float64(size)/float64(code.total()))
	}
	all[remainder] = len(content) - all.total()
	return all, nil
}

// packageOf is the import path in the name of a symbol. What has none is written in
// assembly for the runtime, or is no symbol of a package, which is "".
func packageOf(symbol string) string {
	if strings.HasPrefix(symbol, "go:") || strings.HasPrefix(symbol, "type:") && !strings.HasPrefix(symbol, "type:.") {
		return ""
	}
	name := strings.TrimPrefix(strings.TrimPrefix(symbol, "type:.eq."), "type:.hash.")
	if end := strings.IndexAny(name, "[("); end >= 0 {
		name = name[:end]
	}
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return "runtime"
	}
	return strings.ReplaceAll(name[:slash+dot], "%2e", ".")
}

// embedded finds the files of go:embed that the linker has kept.
func embedded(content []byte, packages map[string]*linked) parts {
	found := parts{}
	add := func(name, file string) {
		if text, err := os.ReadFile(file); err == nil && len(text) > 0 && bytes.Contains(content, text) {
			found[name] += len(text)
		}
	}
	for path, p := range packages {
		for _, file := range p.EmbedFiles {
			add("files embedded by "+strings.TrimPrefix(path, own), filepath.Join(p.Dir, file))
		}
	}
	return found
}

// partNames names the part that a package belongs to: a folder of ours, an area of the
// standard library, or a module together with those that are there for it alone.
func partNames(packages map[string]*linked) func(string) string {
	sponsors := sponsored(packages)
	return func(path string) string {
		p := packages[path]
		switch {
		case path == "main":
			return "cmd/keyturn"
		case strings.HasPrefix(path, own):
			folder, _, _ := strings.Cut(strings.TrimPrefix(path, own), "/")
			return folder
		case p != nil && !p.Standard:
			return sponsors[p.Module.Path]
		}
		area, _, _ := strings.Cut(strings.TrimPrefix(path, "vendor/golang.org/x/"), "/")
		switch area {
		case "crypto", "net", "runtime":
			return "Go: " + area
		}
		return "Go: the rest of the standard library"
	}
}

// sponsored names each foreign module by the one that our packages import and that it is
// there for, and where there are several by itself and them.
func sponsored(packages map[string]*linked) map[string]string {
	reached := map[string]map[string]bool{} // by module: the imported ones that lead to it
	var walk func(path, from string, seen map[string]bool)
	walk = func(path, from string, seen map[string]bool) {
		p := packages[path]
		if p == nil || p.Standard || seen[path] {
			return
		}
		seen[path] = true
		if reached[p.Module.Path] == nil {
			reached[p.Module.Path] = map[string]bool{}
		}
		reached[p.Module.Path][from] = true
		for _, imported := range p.Imports {
			walk(imported, from, seen)
		}
	}
	direct := map[string]bool{}
	for path, p := range packages {
		for _, imported := range p.Imports {
			if q := packages[imported]; strings.HasPrefix(path, own) && q != nil && !q.Standard && !strings.HasPrefix(imported, own) {
				direct[q.Module.Path] = true
				walk(imported, q.Module.Path, map[string]bool{})
			}
		}
	}
	names, brought := map[string]string{}, map[string]int{}
	for module, from := range reached {
		if !direct[module] && len(from) == 1 {
			brought[slices.Collect(maps.Keys(from))[0]]++
		}
	}
	for module, from := range reached {
		by := slices.Sorted(maps.Keys(from))
		switch {
		case direct[module] && brought[module] > 0:
			names[module] = fmt.Sprintf("%s, with %d more modules that only it needs", module, brought[module])
		case direct[module]:
			names[module] = module
		case len(by) > 1:
			names[module] = module + ", shared by " + strings.Join(by, " and ")
		}
	}
	for module, from := range reached {
		if names[module] == "" {
			names[module] = names[slices.Collect(maps.Keys(from))[0]]
		}
	}
	return names
}
