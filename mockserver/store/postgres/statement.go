package postgres

// statement is SQL that every connection prepares before its first use of it.
type statement struct {
	// name is what the connection calls it.
	name, sql string
	// parameters are the types of $1, $2 and so on.
	parameters []uint32
	// columns is how many the answer has.
	columns int
}

// The statements say NULL, CAST and JOIN the long way where the short one is PostgreSQL's
// alone. What they change they find by a whole key of the table.
var (
	nextNumber = &statement{"next", `
		UPDATE keyturn_counter SET n = n + $2 WHERE name = $1 RETURNING n`,
		[]uint32{oidText, oidInt}, 1}

	secretGet = &statement{"secret_get", `
		SELECT data FROM keyturn_secret WHERE name = $1`,
		[]uint32{oidBytes}, 1}
	secretPut = &statement{"secret_put", `
		INSERT INTO keyturn_secret (name, data) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		[]uint32{oidBytes, oidBytes}, 0}

	contentNew = &statement{"content_new", `
		INSERT INTO keyturn_content (id, epoch, given) VALUES ($1, $2, $3)`,
		[]uint32{oidInt, oidInt, oidInt}, 0}
	contentOpen = &statement{"content_open", `
		SELECT id FROM keyturn_content WHERE id = $1`,
		[]uint32{oidInt}, 1}
	// contentLock keeps others from changing which clients there are.
	contentLock = &statement{"content_lock", `
		SELECT epoch, given FROM keyturn_content WHERE id = $1 FOR UPDATE`,
		[]uint32{oidInt}, 2}
	// contentShare does, too, but lets others copy.
	contentShare = &statement{"content_share", `
		SELECT epoch, given FROM keyturn_content WHERE id = $1 FOR SHARE`,
		[]uint32{oidInt}, 2}
	contentGive = &statement{"content_give", `
		UPDATE keyturn_content SET given = $2 WHERE id = $1`,
		[]uint32{oidInt, oidInt}, 0}
	contentDrop = &statement{"content_drop", `
		DELETE FROM keyturn_content WHERE id = $1`,
		[]uint32{oidInt}, 0}
	contentStale = &statement{"content_stale", `
		SELECT id FROM keyturn_content WHERE made_at < now() - $1 * INTERVAL '1 second'`,
		[]uint32{oidInt}, 1}

	clientsClear = &statement{"clients_clear", `
		DELETE FROM keyturn_client WHERE content = $1`,
		[]uint32{oidInt}, 0}
	countsClear = &statement{"counts_clear", `
		DELETE FROM keyturn_count WHERE content = $1`,
		[]uint32{oidInt}, 0}
	// clientsCopy gives the copies the epoch $3, or their own where it is -1.
	clientsCopy = &statement{"clients_copy", `
		INSERT INTO keyturn_client (content, place, epoch, realm, id, client_id, tenant, alias, revision, body)
		SELECT $2, place, CASE WHEN $3 < 0 THEN epoch ELSE $3 END, realm, id, client_id, tenant, alias, revision, body
		FROM keyturn_client WHERE content = $1`,
		[]uint32{oidInt, oidInt, oidInt}, 0}
	countsCopy = &statement{"counts_copy", `
		INSERT INTO keyturn_count (content, whose, block, n)
		SELECT $2, whose, block, n FROM keyturn_count WHERE content = $1`,
		[]uint32{oidInt, oidInt}, 0}

	// clientCreate answers nothing when there is no content, or no place left in it.
	clientCreate = &statement{"client_create", `
		WITH given AS (
			UPDATE keyturn_content SET given = given + 1 WHERE id = $1 AND given < 4294967295 RETURNING given, epoch
		), counted AS (
			INSERT INTO keyturn_count (content, whose, block, n)
			SELECT $1, q.whose, q.base + (given.given >> CAST(q.bits AS INT4)), 1
			FROM given CROSS JOIN unnest($8, $9, $10) AS q (whose, base, bits)
			ON CONFLICT (content, whose, block) DO UPDATE SET n = keyturn_count.n + 1
			RETURNING 1
		)
		INSERT INTO keyturn_client (content, place, epoch, realm, id, client_id, tenant, alias, revision, body)
		SELECT $1, given, epoch, $2, $3, $4, $5, $6, $7, $11 FROM given
		RETURNING place, epoch`,
		[]uint32{oidInt, oidBytes, oidBytes, oidBytes, oidBytes, oidBytes, oidInt, oidBytesArray, oidIntArray, oidIntArray, oidBytes}, 2}
	clientsInsert = &statement{"clients_insert", `
		INSERT INTO keyturn_client (content, place, epoch, realm, id, client_id, tenant, alias, revision, body)
		SELECT $1, q.place, $2, q.realm, q.id, q.client_id, q.tenant, q.alias, q.revision, q.body
		FROM unnest($3, $4, $5, $6, $7, $8, $9, $10) AS q (place, realm, id, client_id, tenant, alias, revision, body)`,
		[]uint32{oidInt, oidInt, oidIntArray, oidBytesArray, oidBytesArray, oidBytesArray, oidBytesArray, oidBytesArray, oidIntArray, oidBytesArray}, 0}
	clientsDelete = &statement{"clients_delete", `
		DELETE FROM keyturn_client USING unnest($2) AS q (id)
		WHERE keyturn_client.content = $1 AND keyturn_client.id = q.id
		RETURNING keyturn_client.id, keyturn_client.realm, keyturn_client.tenant, keyturn_client.place`,
		[]uint32{oidInt, oidBytesArray}, 4}
	countsAdd = &statement{"counts_add", `
		INSERT INTO keyturn_count (content, whose, block, n)
		SELECT $1, q.whose, q.block, q.n FROM unnest($2, $3, $4) AS q (whose, block, n)
		ON CONFLICT (content, whose, block) DO UPDATE SET n = keyturn_count.n + excluded.n
		RETURNING keyturn_count.n`,
		[]uint32{oidInt, oidBytesArray, oidIntArray, oidIntArray}, 1}
	countsTidy = &statement{"counts_tidy", `
		DELETE FROM keyturn_count USING unnest($2, $3) AS q (whose, block)
		WHERE keyturn_count.content = $1 AND keyturn_count.whose = q.whose AND keyturn_count.block = q.block AND keyturn_count.n = 0`,
		[]uint32{oidInt, oidBytesArray, oidIntArray}, 0}
	clientRename = &statement{"client_rename", `
		UPDATE keyturn_client SET client_id = $4, tenant = $5, alias = $6, revision = $7, body = $8
		WHERE content = $1 AND place = $2 AND revision = $3`,
		[]uint32{oidInt, oidInt, oidInt, oidBytes, oidBytes, oidBytes, oidInt, oidBytes}, 0}

	// clientsUpdate answers with the places of those that still had the revision.
	clientsUpdate = &statement{"clients_update", `
		UPDATE keyturn_client SET revision = q.revision, body = q.body
		FROM unnest($1, $2, $3, $4, $5) AS q (content, place, known, revision, body)
		WHERE keyturn_client.content = q.content AND keyturn_client.place = q.place AND keyturn_client.revision = q.known
		RETURNING q.revision`,
		[]uint32{oidIntArray, oidIntArray, oidIntArray, oidIntArray, oidBytesArray}, 1}

	// clientsGet and clientsFind answer with the position of the question. The body is
	// left out when the version is the one that is known.
	clientsGet  = &statement{"clients_get", lookup("id"), lookupTypes, lookupColumns}
	clientsFind = &statement{"clients_find", lookup("client_id"), lookupTypes, lookupColumns}

	// listStart finds the block among those from $4 to below $5 in which the page begins that
	// leaves out $3 clients of these, -1 where it is behind them all. It answers with how
	// many there are, the block, and how many are before that.
	listStart = &statement{"list_start", `
		SELECT CAST(coalesce(max(b.upto), 0) AS BIGINT),
			CAST(coalesce(min(CASE WHEN b.upto > $3 THEN b.block END), -1) AS BIGINT),
			CAST(coalesce(min(CASE WHEN b.upto > $3 THEN b.upto - b.n END), 0) AS BIGINT)
		FROM (
			SELECT block, n, sum(n) OVER (ORDER BY block) AS upto
			FROM keyturn_count WHERE content = $1 AND whose = $2 AND block >= $4 AND block < $5
		) AS b`,
		[]uint32{oidInt, oidBytes, oidInt, oidInt, oidInt}, 3}
	listRealm  = &statement{"list_realm", list("realm"), listTypes, listColumns}
	listTenant = &statement{"list_tenant", list("tenant"), listTypes, listColumns}
)

var listTypes = []uint32{oidInt, oidBytes, oidInt, oidInt, oidInt}

const listColumns = 3

// list is a page of those whose column it is.
func list(column string) string {
	return `
		SELECT place, epoch, body FROM keyturn_client
		WHERE content = $1 AND ` + column + ` = $2 AND place >= $3 ORDER BY place LIMIT $5 OFFSET $4`
}

var lookupTypes = []uint32{oidIntArray, oidBytesArray, oidIntArray, oidIntArray}

const lookupColumns = 5

// lookup finds clients by a name that is one client's. The join is an outer one so that
// the planner begins with the questions, however few clients it believes there are.
func lookup(column string) string {
	return `
		SELECT q.ord, c.place, c.epoch, c.revision,
			CASE WHEN c.place = q.place AND c.revision = q.revision THEN NULL ELSE c.body END
		FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS q (content, name, place, revision, ord)
		LEFT JOIN keyturn_client AS c ON c.content = q.content AND c.` + column + ` = q.name`
}
