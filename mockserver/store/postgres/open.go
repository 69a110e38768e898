package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Options are what a Backend needs besides the address. The zero value works.
type Options struct {
	// Logger is told when the database goes away and comes back. Nil means nobody is.
	Logger *slog.Logger
	// System is this machine's time, which time limits are counted in. Nil means time.Now.
	System func() time.Time
	// Random is where the numbers come from that tell this server's writes from others'.
	// Nil means crypto/rand.
	Random io.Reader
	// Conns bounds the connections, besides three for journals and notifications. Zero
	// means eight.
	Conns int
	// CacheEntries and CacheBytes bound what is kept of decoded clients. Zero means
	// 20 000 and 64 MB.
	CacheEntries, CacheBytes int
}

func (o Options) complete() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.System == nil {
		o.System = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	o.Conns = cmp.Or(o.Conns, 8)
	o.CacheEntries, o.CacheBytes = cmp.Or(o.CacheEntries, 20_000), cmp.Or(o.CacheBytes, 64<<20)
	return o
}

// Open connects to the database and makes the tables that are missing.
//
// The address is a URL, postgres:// or postgresql://, with the parameters of libpq. What
// it leaves out is taken from the variables of libpq (PGPASSWORD, PGSSLMODE and so on),
// from the password file and from the service file, all of which pgconn reads.
//
// Errors are of the kind Unavailable, or Invalid for an address that cannot be read. They
// name the host, the port and the database, and never show the password or the address.
func Open(ctx context.Context, dsn string, options Options) (*Backend, error) {
	config, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	options = options.complete()
	if err := migrate(ctx, config); err != nil {
		return nil, err
	}
	return newBackend(config, options, `LISTEN `+channel)
}

// Place is where the state is, without who logs in there.
func (b *Backend) Place() string { return b.place }

func placeOf(config *pgconn.Config) string {
	return "postgres://" + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database
}

func parse(dsn string) (*pgconn.Config, error) {
	const want = "want postgres://user:password@host:port/database with the parameters of libpq"
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return nil, client.Errorf(client.Invalid, "the address of the state's database is no URL, %s", want)
	}
	config, err := pgconn.ParseConfig(dsn)
	if err != nil { // the cause may quote the address
		return nil, client.Errorf(client.Invalid, "the address of the state's database cannot be read, %s", want)
	}
	config.ConnectTimeout = patience
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "keyturn"
	}
	return config, nil
}

// unopened is the error of Open for a database that is not there for it.
func unopened(config *pgconn.Config, err error) error {
	where := fmt.Sprintf("the database %q at %s", config.Database, net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))))
	what := "cannot be reached"
	code := state(err)
	switch {
	case code == "3D000":
		what = "does not exist: create it first, keyturn makes the tables only"
	case code == "42501":
		what = "does not permit the login to make tables"
	case strings.HasPrefix(code, "28"):
		what = fmt.Sprintf("refuses the login of %q", config.User)
	case code != "":
		what = "cannot be used"
	}
	// The text of a failed connection says all of it again, and more.
	if failed, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		err = innermost(failed)
	}
	return client.Wrap(client.Unavailable, err, where+" "+what)
}

func innermost(err error) error {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return said
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown
	}
	if dialling, ok := errors.AsType[*net.OpError](err); ok {
		return dialling
	}
	return err
}

// origin is a number that no other server counts its revisions from.
func origin(random io.Reader) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("reading a random number: %w", err)
	}
	return binary.BigEndian.Uint64(b[:]) >> 2, nil // so many may follow
}
