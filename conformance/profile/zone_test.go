package profile

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestEmbeddedZones: what a machine without a zone database knows, aliases included.
func TestEmbeddedZones(t *testing.T) {
	t.Parallel()
	summer := time.Date(2030, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"Asia/Shanghai": "20:00", "PRC": "20:00", "Europe/Berlin": "14:00", "Asia/Kolkata": "17:30",
		"Asia/Calcutta": "17:30", "America/New_York": "08:00", "US/Eastern": "08:00", "Etc/UTC": "12:00",
	} {
		zone, err := embeddedZone(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := summer.In(zone).Format("15:04"); got != want || zone.String() != name {
			t.Errorf("%s: noon of UTC is %s in %s, want %s", name, got, zone, want)
		}
	}
	for _, name := range []string{"", "Mars/Olympus", "VERSION"} {
		if zone, err := embeddedZone(name); err == nil {
			t.Errorf("%q is the zone %s", name, zone)
		}
	}
}

// TestZones: names that package time gives a meaning keep it, and so do its errors.
func TestZones(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "UTC", "Local", "Asia/Shanghai", "Mars/Olympus", "../etc/passwd", "VERSION"} {
		p := &Profile{Dates: Dates{Zone: name}}
		got, err := p.zone()
		want, wantErr := time.LoadLocation(name)
		switch {
		case (err == nil) != (wantErr == nil) && name != "Asia/Shanghai":
			t.Errorf("%q: %v, want %v", name, err, wantErr)
		case err != nil && err.Error() != wantErr.Error():
			t.Errorf("%q: error %q, want %q", name, err, wantErr)
		case err == nil && wantErr == nil && got.String() != want.String():
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// TestZonesAreThoseOfGo compares what is embedded with the zones of the release that it
// says it is made from. Another release may know other zones, and says nothing.
func TestZonesAreThoseOfGo(t *testing.T) {
	t.Parallel()
	got, err := zones()
	if err != nil {
		t.Fatal(err)
	}
	if made := string(got["VERSION"]); made != runtime.Version() {
		t.Skipf("the zones are those of %s, this is %s", made, runtime.Version())
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	count := 0
	for _, entry := range archive.File {
		if entry.FileInfo().IsDir() {
			continue
		}
		count++
		want, err := fs.ReadFile(archive, entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got[entry.Name], want) {
			t.Errorf("%s is another zone: run make generate", entry.Name)
			continue
		}
		if _, err := embeddedZone(entry.Name); err != nil {
			t.Errorf("%s: %v", entry.Name, err)
		}
	}
	if count < 500 || count != len(got)-1 {
		t.Errorf("%d zones are embedded, Go has %d: run make generate", len(got)-1, count)
	}
}
