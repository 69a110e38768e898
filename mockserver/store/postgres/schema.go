package postgres

// tables are the changes that make the schema, in order. One that was released is never
// edited: a later one follows it. All of them are what PostgreSQL, CockroachDB and
// YugabyteDB have in common, and may be made again: in YugabyteDB a change of the schema is
// no part of the transaction around it.
var tables = []migration{
	{statements: []string{
		`CREATE TABLE IF NOT EXISTS keyturn_counter (name TEXT PRIMARY KEY, n BIGINT NOT NULL)`,
		`INSERT INTO keyturn_counter (name, n) VALUES ('next', 0), ('version', 0) ON CONFLICT (name) DO NOTHING`,
		`CREATE TABLE IF NOT EXISTS keyturn_secret (name BYTEA PRIMARY KEY, data BYTEA NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS keyturn_content (
			id BIGINT PRIMARY KEY, epoch BIGINT NOT NULL, given BIGINT NOT NULL, made_at TIMESTAMPTZ NOT NULL DEFAULT now())`,
		`CREATE TABLE IF NOT EXISTS keyturn_client (
			content BIGINT NOT NULL, place BIGINT NOT NULL, epoch BIGINT NOT NULL,
			realm BYTEA NOT NULL, id BYTEA NOT NULL, client_id BYTEA NOT NULL, tenant BYTEA NOT NULL, alias BYTEA,
			revision BIGINT NOT NULL, body BYTEA NOT NULL,
			CONSTRAINT keyturn_client_place PRIMARY KEY (content, place),
			CONSTRAINT keyturn_client_id UNIQUE (content, id),
			CONSTRAINT keyturn_client_client_id UNIQUE (content, client_id),
			CONSTRAINT keyturn_client_alias UNIQUE (content, alias))`,
		`CREATE INDEX IF NOT EXISTS keyturn_client_of_realm ON keyturn_client (content, realm, place)`,
		`CREATE INDEX IF NOT EXISTS keyturn_client_of_tenant ON keyturn_client (content, tenant, place)`,
		`CREATE TABLE IF NOT EXISTS keyturn_count (
			content BIGINT NOT NULL, whose BYTEA NOT NULL, block BIGINT NOT NULL, n BIGINT NOT NULL,
			PRIMARY KEY (content, whose, block))`,
		`CREATE TABLE IF NOT EXISTS keyturn_space (
			name BYTEA PRIMARY KEY, called BYTEA NOT NULL, version BIGINT NOT NULL, data BYTEA NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS keyturn_use (name BYTEA PRIMARY KEY, used_at BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS keyturn_once (token BYTEA PRIMARY KEY, used_at BIGINT NOT NULL, prior BIGINT, noted_at BIGINT NOT NULL)`,
		`CREATE INDEX IF NOT EXISTS keyturn_once_at ON keyturn_once (noted_at)`,
		`CREATE TABLE IF NOT EXISTS keyturn_journal (name BYTEA PRIMARY KEY, sequence BIGINT NOT NULL, last BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS keyturn_batch (
			name BYTEA NOT NULL, sequence BIGINT NOT NULL, last BIGINT NOT NULL, entries BIGINT NOT NULL, data BYTEA NOT NULL,
			PRIMARY KEY (name, sequence))`,
	}, wishes: []string{
		// Room on each page, so that a rotation stays on it and no index is touched.
		`ALTER TABLE keyturn_client SET (fillfactor = 70)`,
		`ALTER TABLE keyturn_counter SET (fillfactor = 10)`,
		`ALTER TABLE keyturn_content SET (fillfactor = 50)`,
		`ALTER TABLE keyturn_count SET (fillfactor = 50)`,
		`ALTER TABLE keyturn_journal SET (fillfactor = 10)`,
		// Tables of few rows that change all the time are swept often, those of many
		// before a tenth of them is dead.
		`ALTER TABLE keyturn_client SET (autovacuum_vacuum_scale_factor = 0.05)`,
		`ALTER TABLE keyturn_batch SET (autovacuum_vacuum_scale_factor = 0.05)`,
		// Journals are two thirds of what would be written ahead, and copied to standbys.
		`ALTER TABLE keyturn_batch SET UNLOGGED`,
		// The default compression takes longer than all else about an append. Where the
		// faster one is not there, none is better.
		`ALTER TABLE keyturn_batch ALTER COLUMN data SET STORAGE EXTERNAL`,
		`ALTER TABLE keyturn_batch ALTER COLUMN data SET COMPRESSION lz4, ALTER COLUMN data SET STORAGE EXTENDED`,
	}},
}

// migration is one change of the schema.
type migration struct {
	statements []string
	// wishes make it faster where the engine knows them. Their failure is nobody's.
	wishes []string
}

// The statements that find out which of the changes are made already.
const (
	schemaTable  = `CREATE TABLE IF NOT EXISTS keyturn_schema (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)`
	schemaRow    = `INSERT INTO keyturn_schema (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING`
	schemaRead   = `SELECT version FROM keyturn_schema WHERE id = 1`
	schemaLocked = `SELECT version FROM keyturn_schema WHERE id = 1 FOR UPDATE`
	schemaSet    = `UPDATE keyturn_schema SET version = %d WHERE id = 1`
)
