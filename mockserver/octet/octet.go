// Package octet is the few bytes that texts, numbers and times take in what Keyturn keeps
// for itself. Whoever writes a format with it also reads it, and says in its first byte
// which one it is.
package octet

import (
	"encoding/binary"
	"errors"
	"time"
)

// ErrCut is the error of a Reader whose bytes nobody wrote, or not all of them.
var ErrCut = errors.New("the bytes are cut off or damaged")

// AppendText writes a text with its length.
func AppendText[T ~string | ~[]byte](to []byte, text T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// AppendNumber writes a number, in fewer bytes the smaller it is.
func AppendNumber(to []byte, number uint64) []byte { return binary.AppendUvarint(to, number) }

// AppendTime writes a time to the nanosecond; its zone is lost. It writes one more than
// the nanoseconds, which are zero for no time at all, and then the seconds.
func AppendTime(to []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(to, 0)
	}
	to = binary.AppendUvarint(to, uint64(t.Nanosecond())+1)
	return binary.AppendVarint(to, t.Unix())
}

// Reader takes what was appended from the front. After its first error it returns zero
// values.
type Reader struct {
	rest string
	err  error
}

// NewReader reads these bytes. What it returns shares no memory with them.
func NewReader(from []byte) *Reader { return &Reader{rest: string(from)} }

// Err is ErrCut when something was not there that was asked for.
func (r *Reader) Err() error { return r.err }

// End is Err at the end of what was written: nothing may be left.
func (r *Reader) End() error {
	if r.rest != "" {
		r.Fail()
	}
	return r.err
}

// Fail is for whoever has found what cannot be.
func (r *Reader) Fail() { r.err, r.rest = ErrCut, "" }

// Bytes takes so many.
func (r *Reader) Bytes(n int) string {
	if n > len(r.rest) {
		r.Fail()
		return ""
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// Number takes a number. The functions of package binary read from byte slices only.
func (r *Reader) Number() uint64 {
	var n uint64
	for i := range min(binary.MaxVarintLen64, len(r.rest)) {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.Fail()
	return 0
}

// Count takes the number of things that follow, each of which has at least a byte.
func (r *Reader) Count() int {
	n := r.Number()
	if n > uint64(len(r.rest)) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Text takes a text.
func (r *Reader) Text() string { return r.Bytes(r.Count()) }

// Time takes a time, in UTC.
func (r *Reader) Time() time.Time {
	nanoseconds := r.Number()
	if nanoseconds == 0 {
		return time.Time{}
	}
	zigzag := r.Number()
	return time.Unix(int64(zigzag>>1)^-int64(zigzag&1), int64(nanoseconds-1)).UTC()
}
