package realm_test

import (
	"slices"
	"testing"

	"github.com/keyturn/keyturn/mockserver/realm"
)

// TestErasOfOneHistory asks each of two that part after the second about all numbers.
func TestErasOfOneHistory(t *testing.T) {
	t.Parallel()
	var begin *realm.Era
	second := begin.Next(3).Next(5)
	undone, present := second.Next(7), second.Next(9)
	for name, test := range map[string]struct {
		era *realm.Era
		has []uint64
	}{
		"before any": {begin, []uint64{0}}, "second": {second, []uint64{0, 3, 5}}, "undone": {undone, []uint64{0, 3, 5, 7}}, "present": {present, []uint64{0, 3, 5, 9}},
	} {
		if again := realm.EraOf(test.era.Numbers()); again.Number() != test.era.Number() || !slices.Equal(again.Numbers(), test.era.Numbers()) {
			t.Errorf("%s: of its numbers %v another era is made", name, test.era.Numbers())
		}
		var has []uint64
		for number := range uint64(12) {
			if test.era.Has(number) {
				has = append(has, number)
			}
		}
		if len(has) != len(test.has) || has[len(has)-1] != test.era.Number() || has[len(has)-1] != test.has[len(test.has)-1] {
			t.Errorf("%s: it has %v, want %v", name, has, test.has)
		}
	}
}
