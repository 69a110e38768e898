package imagetest_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// unpackedLimit is for everything in the image, in bytes.
const unpackedLimit = 20_000_000

const rootsFile = "etc/ssl/certs/ca-certificates.crt"

// entry is a file of an image.
type entry struct {
	header *tar.Header
	data   []byte
}

func (e entry) String() string {
	return fmt.Sprintf("%s %d:%d", e.header.FileInfo().Mode(), e.header.Uid, e.header.Gid)
}

// filesOf reads the layers of the image: a container has files that the engine adds.
func filesOf(t *testing.T) map[string]entry {
	t.Helper()
	saved := filepath.Join(t.TempDir(), "image.tar")
	enginetest.Docker(t, "save", "--output", saved, enginetest.Image)
	archive, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	parts := untar(t, archive)
	var manifest []struct{ Layers []string }
	if err := json.Unmarshal(parts["manifest.json"].data, &manifest); err != nil || len(manifest) != 1 {
		t.Fatalf("want one image in manifest.json, got %s: %v", parts["manifest.json"].data, err)
	}
	files := map[string]entry{}
	for _, layer := range manifest[0].Layers {
		maps.Copy(files, untar(t, parts[layer].data))
	}
	return files
}

func untar(t *testing.T, archive []byte) map[string]entry {
	t.Helper()
	var from io.Reader = bytes.NewReader(archive)
	if bytes.HasPrefix(archive, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		from = unpacked
	}
	entries := map[string]entry{}
	for reader := tar.NewReader(from); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return entries
		} else if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		entries[path.Clean(header.Name)] = entry{header: header, data: data}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	files := filesOf(t)
	delete(files, ".") // some builders have an entry for the root itself
	got, unpacked := map[string]string{}, int64(0)
	for name, file := range files {
		got[name] = file.String()
		unpacked += file.header.Size
	}
	want := map[string]string{
		"keyturn":               "-rwxr-xr-x 0:0",
		"worlds":                "drwxr-xr-x 0:0",
		"tmp":                   "dtrwxrwxrwx 0:0",
		"etc":                   "drwxr-xr-x 0:0",
		"etc/ssl":               "drwxr-xr-x 0:0",
		"etc/ssl/certs":         "drwxr-xr-x 0:0",
		rootsFile:               "-rw-r--r-- 0:0",
		"var":                   "drwxr-xr-x 0:0",
		"var/lib":               "drwxr-xr-x 0:0",
		"var/lib/keyturn":       "drwxr-xr-x 0:0",
		"var/lib/keyturn/state": "drwx------ 65532:65532",
		"var/lib/keyturn/tls":   "drwxr-xr-x 65532:65532",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	t.Logf("%d bytes unpacked", unpacked)
	if unpacked > unpackedLimit {
		t.Errorf("%d bytes unpacked, want at most %d", unpacked, unpackedLimit)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	pool, count := x509.NewCertPool(), 0
	for rest := filesOf(t)[rootsFile].data; ; count++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatalf("certificate %d: %v", count+1, err)
		}
		if !certificate.IsCA {
			t.Errorf("%s is no authority", certificate.Subject)
		}
		pool.AddCert(certificate)
	}
	if count < 100 {
		t.Errorf("%d certificates, want those of a whole programme, which are more than 100", count)
	}
}

// worldFolder makes a folder with one file that the user of the image may read.
func worldFolder(t *testing.T, name, text string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "worlds")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name string
		mode fs.FileMode
	}{{folder, 0o755}, {filepath.Join(folder, name), 0o644}} { // whatever the umask
		if err := os.Chmod(one.name, one.mode); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
