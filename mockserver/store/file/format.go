package file

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// format is that of the files which this version writes.
const format = 1

// migrations lead from a format to the next. Each is one transaction with the note that it
// was made, and must leave to the sweeper what is long.
var migrations = map[uint64]func(*bolt.Tx) error{}

var errForeign = errors.New("it is a bbolt file of another program")

// adopt makes sure that the file is one of this format: a new one becomes one, an older one
// is migrated, a later or foreign one is refused.
func adopt(db *bolt.DB, path string) error {
	found, empty, err := formatOf(db)
	switch {
	case err != nil:
	case empty:
		err = db.Update(establish)
	case found > format:
		err = fmt.Errorf("it is in format %d, this version of keyturn reads up to format %d", found, format)
	default:
		err = migrate(db, found, format, migrations)
	}
	if err != nil {
		return fmt.Errorf("the state file %s: %w", path, err)
	}
	return nil
}

func formatOf(db *bolt.DB) (found uint64, empty bool, err error) {
	err = db.View(func(tx *bolt.Tx) error {
		if first, _ := tx.Cursor().First(); first == nil {
			empty = true
			return nil
		}
		self := tx.Bucket(tableNamed[tableSelf])
		if self == nil {
			return errForeign
		}
		value := self.Get(keyFormat)
		if len(value) != 8 {
			return errForeign
		}
		found = binary.BigEndian.Uint64(value)
		return nil
	})
	return found, empty, err
}

// establish founds a file.
func establish(tx *bolt.Tx) error {
	for _, name := range tableNamed {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return tx.Bucket(tableNamed[tableSelf]).Put(keyFormat, number(format))
}

func migrate(db *bolt.DB, from, to uint64, steps map[uint64]func(*bolt.Tx) error) error {
	for ; from < to; from++ {
		step := steps[from]
		if step == nil {
			return fmt.Errorf("nothing leads from its format %d to format %d", from, from+1)
		}
		err := db.Update(func(tx *bolt.Tx) error {
			if err := step(tx); err != nil {
				return err
			}
			return tx.Bucket(tableNamed[tableSelf]).Put(keyFormat, number(from+1))
		})
		if err != nil {
			return fmt.Errorf("the step from format %d to format %d: %w", from, from+1, err)
		}
	}
	return nil
}
