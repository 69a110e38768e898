package journal

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/keyturn/keyturn/mockserver/octet"
)

// packFormat is the first byte of what is packed here.
const packFormat = 1

// pack writes entries without their ids.
func pack(entries []Entry) []byte {
	size := 1
	for i := range entries {
		size += entries[i].size
	}
	to := append(make([]byte, 0, size), packFormat)
	for i := range entries {
		to = entries[i].append(to)
	}
	return to
}

func (e *Entry) append(to []byte) []byte {
	to = octet.AppendTime(octet.AppendText(to, e.RequestID), e.At)
	to = octet.AppendNumber(to, uint64(e.Duration))
	for _, text := range []string{e.Provider, e.Operation, e.Method, e.Proto, e.Target} {
		to = octet.AppendText(to, text)
	}
	to = octet.AppendText(appendHeader(to, e.RequestHeader), e.RequestBody)
	to = octet.AppendNumber(to, uint64(e.Status))
	to = octet.AppendText(appendHeader(to, e.ReplyHeader), e.ReplyBody)
	to = octet.AppendText(octet.AppendText(to, e.Violation), e.Fault)
	to = octet.AppendNumber(to, uint64(len(e.Uses)))
	for i := range e.Uses {
		use := &e.Uses[i]
		to = append(appendNames(to, use.Realm, use.Client, use.Secret), use.Digest[:]...)
		to = octet.AppendText(to, use.Outcome)
	}
	to = octet.AppendNumber(to, uint64(len(e.Changes)))
	for i := range e.Changes {
		change := &e.Changes[i]
		to = append(appendNames(to, change.Realm, change.Client, change.Secret), change.Digest[:]...)
		to = octet.AppendTime(octet.AppendText(to, change.Kind), change.ExpiresAt)
	}
	to = octet.AppendNumber(octet.AppendNumber(to, uint64(e.requestSize)), uint64(e.replySize))
	return append(to, byte(e.lost))
}

func appendNames(to []byte, realm, client, secret string) []byte {
	return octet.AppendText(octet.AppendText(octet.AppendText(to, realm), client), secret)
}

func appendHeader(to []byte, header http.Header) []byte {
	to = octet.AppendNumber(to, uint64(len(header)))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		to = octet.AppendNumber(octet.AppendText(to, name), uint64(len(header[name])))
		for _, value := range header[name] {
			to = octet.AppendText(to, value)
		}
	}
	return to
}

// unpack reads so many entries.
func unpack(data []byte, count int) ([]Entry, error) {
	if len(data) == 0 {
		return nil, octet.ErrCut
	}
	if data[0] != packFormat {
		return nil, fmt.Errorf("the entries are in format %d, this version of keyturn reads %d", data[0], packFormat)
	}
	r := unpacker{octet.NewReader(data[1:])}
	var entries []Entry
	for range count {
		entry := r.entry()
		if err := r.Err(); err != nil {
			return nil, fmt.Errorf("read an entry of the journal: %w", err)
		}
		entries = append(entries, entry)
	}
	return entries, r.End()
}

type unpacker struct{ *octet.Reader }

func (r unpacker) entry() Entry {
	e := Entry{RequestID: r.Text(), At: r.Time(), Duration: time.Duration(r.Number())}
	e.Provider, e.Operation, e.Method, e.Proto, e.Target = r.Text(), r.Text(), r.Text(), r.Text(), r.Text()
	e.RequestHeader, e.RequestBody = r.header(), r.body()
	e.Status = int(r.Number())
	e.ReplyHeader, e.ReplyBody = r.header(), r.body()
	e.Violation, e.Fault = r.Text(), r.Text()
	for range r.Count() {
		use := Use{Realm: r.Text(), Client: r.Text(), Secret: r.Text(), Digest: r.digest()}
		use.Outcome = r.Text()
		e.Uses = append(e.Uses, use)
	}
	for range r.Count() {
		change := Change{Realm: r.Text(), Client: r.Text(), Secret: r.Text(), Digest: r.digest()}
		change.Kind, change.ExpiresAt = r.Text(), r.Time()
		e.Changes = append(e.Changes, change)
	}
	e.requestSize, e.replySize = int(r.Number()), int(r.Number())
	if last := r.Bytes(1); last != "" {
		e.lost = loss(last[0])
	}
	return e
}

func (r unpacker) header() http.Header {
	n := r.Count()
	if n == 0 {
		return nil
	}
	header := make(http.Header, n)
	for range n {
		name := r.Text()
		values := make([]string, 0, 1)
		for range r.Count() {
			values = append(values, r.Text())
		}
		header[name] = values
	}
	return header
}

func (r unpacker) body() []byte {
	if text := r.Text(); text != "" {
		return []byte(text)
	}
	return nil
}

func (r unpacker) digest() (digest [32]byte) {
	copy(digest[:], r.Bytes(len(digest)))
	return digest
}
