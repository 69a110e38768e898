package angusgm

import (
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// shanghai is where the vendor's servers live. The zone has had no other offset
// since 1991, so the time zone database is not needed for it.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func writeDate(t time.Time) string { return t.In(shanghai).Format(time.DateTime) }

// dateOrNull is null for the zero time, which stands for never.
func dateOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return writeDate(t)
}

// readDate reads a member of the body. Absent, null and empty are the zero time.
// Errors: Malformed for any other form, ISO 8601 included.
func readDate(body wire.Object, member string) (time.Time, error) {
	text := wire.Text(body, member)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateTime, text, shanghai)
	if err != nil {
		return time.Time{}, client.Errorf(client.Malformed, "want a date of the form yyyy-MM-dd HH:mm:ss").At("/" + member)
	}
	return t, nil
}
