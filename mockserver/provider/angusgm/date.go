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

// readDate reads a member of the body. Absent, null and empty are the zero time, and
// nothing else is. Errors: Malformed for any other form, ISO 8601 included; Invalid
// for a year that is out of bounds.
func readDate(body wire.Object, member string) (time.Time, error) {
	text := wire.Text(body, member)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := parseDate(text)
	if err != nil {
		return time.Time{}, client.AsError(err).At("/" + member)
	}
	return t, nil
}

// parseDate takes no date before Unix time, in which nothing of the vendor's can have
// happened: one of them would be the zero time, which stands for never.
func parseDate(text string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateTime, text, shanghai)
	switch {
	case err != nil:
		return time.Time{}, client.Errorf(client.Malformed, "want a date of the form yyyy-MM-dd HH:mm:ss")
	case t.Year() < 1970:
		return time.Time{}, client.Errorf(client.Invalid, "want a date in the years 1970 to 9999")
	default:
		return t, nil
	}
}
