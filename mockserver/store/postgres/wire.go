package postgres

import (
	"encoding/binary"
	"fmt"
)

// The numbers that PostgreSQL has for the types that are used here. Parameters and results
// are in its binary formats.
const (
	oidBytes, oidInt, oidText        = 17, 20, 25
	oidBytesArray, oidIntArray       = 1001, 1016
	binaryFormat               int16 = 1
)

// value is a parameter as it is sent, nil for NULL.
type value = []byte

func integer(n int64) value { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// flat is a parameter of bytes that is never NULL: a nil slice would be.
func flat(b []byte) value {
	if b == nil {
		return value{}
	}
	return b
}

// array writes a list of one dimension, whose elements are appended one by one.
type array struct {
	value value
	count uint32
}

// The layout of an array: the number of dimensions, whether it has NULLs, the type of its
// elements; for the dimension its length and its lower bound; then each element after its
// length, -1 for NULL.
const (
	arrayHead    = 20
	offsetNulls  = 4
	offsetType   = 8
	offsetLength = 12
	offsetBound  = 16
)

func arrayOf(element uint32, capacity int) *array {
	a := &array{value: make(value, arrayHead, arrayHead+capacity)}
	binary.BigEndian.PutUint32(a.value, 1)
	binary.BigEndian.PutUint32(a.value[offsetType:], element)
	binary.BigEndian.PutUint32(a.value[offsetBound:], 1)
	return a
}

func integers(n int) *array { return arrayOf(oidInt, 12*n) }

func byteses(n int) *array { return arrayOf(oidBytes, 32*n) }

func (a *array) integer(n int64) {
	a.count++
	a.value = binary.BigEndian.AppendUint32(a.value, 8)
	a.value = binary.BigEndian.AppendUint64(a.value, uint64(n))
}

// bytes appends an element, NULL for nil.
func (a *array) bytes(b []byte) {
	a.count++
	if b == nil {
		binary.BigEndian.PutUint32(a.value[offsetNulls:], 1)
		a.value = binary.BigEndian.AppendUint32(a.value, 1<<32-1)
		return
	}
	a.value = binary.BigEndian.AppendUint32(a.value, uint32(len(b)))
	a.value = append(a.value, b...)
}

// sent is the array as a parameter. One without elements has no dimension.
func (a *array) sent() value {
	if a.count == 0 {
		binary.BigEndian.PutUint32(a.value, 0)
		return a.value[:offsetLength]
	}
	binary.BigEndian.PutUint32(a.value[offsetLength:], a.count)
	return a.value
}

// row is what a statement answered. Its bytes are the connection's, to be copied by who
// keeps them.
type row [][]byte

// integer reads a BIGINT, zero for NULL.
func (r row) integer(column int) int64 {
	if len(r[column]) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(r[column]))
}

// cut is the error of a row that is not what the statement asks for, as something between
// here and the database may have made it.
func (r row) check(columns int) error {
	if len(r) != columns {
		return fmt.Errorf("the database answered %d columns, want %d", len(r), columns)
	}
	return nil
}
