package postgres

// The statements about namespaces and their journals.
var (
	recordsGet = &statement{"records_get", `
		SELECT q.ord, s.version, CASE WHEN s.version = q.known THEN NULL ELSE s.data END
		FROM unnest($1, $2) WITH ORDINALITY AS q (name, known, ord)
		LEFT JOIN keyturn_space AS s ON s.name = q.name`,
		[]uint32{oidBytesArray, oidIntArray}, 3}
	// recordNew makes the row of the journal, too.
	recordNew = &statement{"record_new", `
		WITH version AS (
			UPDATE keyturn_counter SET n = n + 1 WHERE name = 'version' RETURNING n
		), record AS (
			INSERT INTO keyturn_space (name, called, version, data) SELECT $1, $2, n, $3 FROM version
			ON CONFLICT (name) DO NOTHING RETURNING name, version
		), journal AS (
			INSERT INTO keyturn_journal (name, sequence, last) SELECT name, 0, 0 FROM record
			ON CONFLICT (name) DO NOTHING RETURNING 1
		)
		SELECT version FROM record`,
		[]uint32{oidBytes, oidBytes, oidBytes}, 1}
	recordPut = &statement{"record_put", `
		WITH version AS (UPDATE keyturn_counter SET n = n + 1 WHERE name = 'version' RETURNING n)
		UPDATE keyturn_space SET version = version.n, data = $2 FROM version
		WHERE keyturn_space.name = $1 AND keyturn_space.version = $3 RETURNING keyturn_space.version`,
		[]uint32{oidBytes, oidBytes, oidInt}, 1}
	recordDrop = &statement{"record_drop", `
		DELETE FROM keyturn_space WHERE name = $1 AND version = $2`,
		[]uint32{oidBytes, oidInt}, 0}
	recordNames = &statement{"record_names", `
		SELECT called FROM keyturn_space`,
		nil, 1}

	usesNote = &statement{"uses_note", `
		INSERT INTO keyturn_use (name, used_at) SELECT q.name, q.used_at FROM unnest($1, $2) AS q (name, used_at)
		ON CONFLICT (name) DO UPDATE SET used_at = excluded.used_at WHERE keyturn_use.used_at < excluded.used_at`,
		[]uint32{oidBytesArray, oidIntArray}, 0}
	usesGet = &statement{"uses_get", `
		SELECT s.called, u.used_at FROM keyturn_space AS s JOIN keyturn_use AS u ON u.name = s.name`,
		nil, 2}
	useDrop = &statement{"use_drop", `
		DELETE FROM keyturn_use WHERE name = $1`,
		[]uint32{oidBytes}, 0}

	// onceNote answers with the use before, NULL for none.
	onceNote = &statement{"once_note", `
		INSERT INTO keyturn_once (token, used_at, noted_at) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET prior = keyturn_once.used_at, noted_at = excluded.noted_at,
			used_at = CASE WHEN keyturn_once.used_at < excluded.used_at THEN excluded.used_at ELSE keyturn_once.used_at END
		RETURNING prior`,
		[]uint32{oidBytes, oidInt, oidInt}, 1}
	onceForget = &statement{"once_forget", `
		DELETE FROM keyturn_once WHERE noted_at < $1`,
		[]uint32{oidInt}, 0}

	// batchAppend answers nothing where there is no record, and so no journal.
	batchAppend = &statement{"batch_append", `
		WITH head AS (
			UPDATE keyturn_journal SET sequence = sequence + 1, last = last + $2 WHERE name = $1 RETURNING sequence, last
		)
		INSERT INTO keyturn_batch (name, sequence, last, entries, data) SELECT $1, sequence, last, $2, $3 FROM head
		RETURNING sequence, last`,
		[]uint32{oidBytes, oidInt, oidBytes}, 2}
	batchForget = &statement{"batch_forget", `
		DELETE FROM keyturn_batch WHERE name = $1 AND last < $2`,
		[]uint32{oidBytes, oidInt}, 0}
	batchesGet = &statement{"batches_get", `
		SELECT sequence, last, entries, data FROM (
			SELECT sequence, last, entries, data, sum(octet_length(data)) OVER (ORDER BY sequence) - octet_length(data) AS prior
			FROM (
				SELECT sequence, last, entries, data FROM keyturn_batch
				WHERE name = $1 AND sequence > $2 ORDER BY sequence LIMIT 1000
			) AS first
		) AS page WHERE prior < 4194304 ORDER BY sequence`,
		[]uint32{oidBytes, oidInt}, 4}
	journalDrop = &statement{"journal_drop", `
		DELETE FROM keyturn_journal WHERE name = $1`,
		[]uint32{oidBytes}, 0}
	batchesDrop = &statement{"batches_drop", `
		DELETE FROM keyturn_batch WHERE name = $1`,
		[]uint32{oidBytes}, 0}
	journalHeads = &statement{"journal_heads", `
		SELECT q.ord, j.sequence FROM unnest($1) WITH ORDINALITY AS q (name, ord)
		LEFT JOIN keyturn_journal AS j ON j.name = q.name`,
		[]uint32{oidBytesArray}, 2}
)
