package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// What the engine's pages look like. It trusts them, and a process dies of one that is
// damaged or beyond the end of the file; so they are looked at before.
const (
	pageHead    = 16
	metaLength  = 64
	elementSize = 16
	magic       = 0xED0CDAED

	flagBranch = 0x01
	flagLeaf   = 0x02
	flagBucket = 0x01
)

var (
	errNoState = errors.New("it is no state file of keyturn, or its beginning is damaged")
	errCutOff  = errors.New("it is damaged: a part of it at the end is missing")
)

// meta is the beginning of one state of the file.
type meta struct {
	pageSize    uint64
	root        uint64
	end         uint64 // the first page that is not of the file
	transaction uint64
}

// readMeta reads the meta page in the place. Mine says that it is one, whole or not.
func readMeta(f io.ReaderAt, at int64) (m meta, mine, whole bool) {
	buffer := make([]byte, pageHead+metaLength)
	if _, err := f.ReadAt(buffer, at); err != nil {
		return meta{}, false, false
	}
	b, n := buffer[pageHead:], binary.NativeEndian
	if n.Uint32(b) != magic {
		return meta{}, false, false
	}
	sum := fnv.New64a()
	sum.Write(b[:56])
	m = meta{pageSize: uint64(n.Uint32(b[8:])), root: n.Uint64(b[16:]), end: n.Uint64(b[40:]), transaction: n.Uint64(b[48:])}
	return m, true, sum.Sum64() == n.Uint64(b[56:]) && n.Uint32(b[4:]) == 2
}

// newest finds the meta page that counts.
func newest(f io.ReaderAt, size int64) (meta, error) {
	var best meta
	ours, found := false, false
	for at := int64(0); at < size && at <= 16<<20; at = max(1024, 2*at) {
		m, mine, whole := readMeta(f, at)
		ours = ours || mine
		if whole && (at == 0 || uint64(at) == m.pageSize) && (!found || m.transaction > best.transaction) {
			best, found = m, true
		}
	}
	switch {
	case found:
		return best, nil
	case ours:
		return meta{}, errors.New("it is damaged: neither of its two first pages is whole")
	default:
		return meta{}, errNoState
	}
}

// inspect looks at each page that is in use, and returns how large the file is. A new file
// has no pages.
func inspect(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return 0, err
	}
	m, err := newest(f, info.Size())
	if err != nil {
		return 0, err
	}
	if m.pageSize < 512 || uint64(info.Size())/m.pageSize < m.end {
		return 0, errCutOff
	}
	i := inspector{file: f, meta: m, seen: make([]uint64, m.end/64+1)}
	return info.Size(), i.tree(m.root, 0)
}

type inspector struct {
	file *os.File
	meta meta
	// seen has a bit for each page: one that is in two places is damaged.
	seen []uint64
}

// deepest is far more than a tree of all pages that there can be has.
const deepest = 40

func (i *inspector) tree(page uint64, depth int) error {
	if depth > deepest {
		return i.wrong(page, "is deeper than a tree is")
	}
	b, err := i.page(page)
	if err != nil {
		return err
	}
	flags, count := binary.NativeEndian.Uint16(b[8:]), int(binary.NativeEndian.Uint16(b[10:]))
	if flags != flagBranch && flags != flagLeaf || pageHead+count*elementSize > len(b) {
		return i.wrong(page, "is neither a branch nor a leaf")
	}
	var last []byte
	for n := range count {
		element := pageHead + n*elementSize
		key, value, err := i.element(page, b, element, flags)
		if err != nil {
			return err
		}
		if n > 0 && bytes.Compare(last, key) >= 0 {
			return i.wrong(page, "has keys that are out of order")
		}
		last = key
		if err := i.below(b[element:], value, flags, depth); err != nil {
			return err
		}
	}
	return nil
}

// element finds the key and value of one, in bounds.
func (i *inspector) element(page uint64, b []byte, at int, flags uint16) (key, value []byte, err error) {
	n := binary.NativeEndian
	position, keys, values := uint64(n.Uint32(b[at+4:])), uint64(n.Uint32(b[at+8:])), uint64(n.Uint32(b[at+12:]))
	if flags == flagBranch {
		position, keys, values = uint64(n.Uint32(b[at:])), uint64(n.Uint32(b[at+4:])), 0
	}
	begin := uint64(at) + position
	if begin+keys+values > uint64(len(b)) || keys == 0 && flags == flagLeaf {
		return nil, nil, i.wrong(page, "has a key that is not on it")
	}
	return b[begin : begin+keys], b[begin+keys : begin+keys+values], nil
}

// below follows the element to the page or the bucket that it leads to.
func (i *inspector) below(element, value []byte, flags uint16, depth int) error {
	n := binary.NativeEndian
	if flags == flagBranch {
		return i.tree(n.Uint64(element[8:]), depth+1)
	}
	if n.Uint32(element)&flagBucket == 0 {
		return nil
	}
	if len(value) < elementSize {
		return errors.New("it is damaged: a bucket has no beginning")
	}
	if root := n.Uint64(value); root != 0 {
		return i.tree(root, depth+1)
	}
	return nil
}

// page reads a page with those that it runs over into.
func (i *inspector) page(page uint64) ([]byte, error) {
	if page < 2 || page >= i.meta.end || i.seen[page/64]&(1<<(page%64)) != 0 {
		return nil, i.wrong(page, "is referred to where it cannot be")
	}
	i.seen[page/64] |= 1 << (page % 64)
	b := make([]byte, i.meta.pageSize)
	at := int64(page * i.meta.pageSize)
	if _, err := i.file.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("page %d cannot be read: %w", page, err)
	}
	more := uint64(binary.NativeEndian.Uint32(b[12:]))
	if binary.NativeEndian.Uint64(b) != page || page+more >= i.meta.end {
		return nil, i.wrong(page, "is another one")
	}
	if more > 0 {
		b = make([]byte, (1+more)*i.meta.pageSize)
		if _, err := i.file.ReadAt(b, at); err != nil {
			return nil, fmt.Errorf("page %d cannot be read: %w", page, err)
		}
	}
	return b, nil
}

func (i *inspector) wrong(page uint64, what string) error {
	return fmt.Errorf("it is damaged: page %d of %d %s", page, i.meta.end, what)
}
