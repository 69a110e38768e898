package checks

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// draw makes 32 samples from a seeded source.
func draw(one func(random *rand.Rand) string) []string {
	random := rand.New(rand.NewPCG(7, 11))
	drawn := make([]string, samples)
	for i := range drawn {
		drawn[i] = one(random)
	}
	return drawn
}

func bytesOf(random *rand.Rand, n int) []byte {
	bytes := make([]byte, n)
	for i := range bytes {
		bytes[i] = byte(random.UintN(256))
	}
	return bytes
}

func from(characters string, length int) func(*rand.Rand) string {
	return func(random *rand.Rand) string {
		text := make([]byte, length)
		for i := range text {
			text[i] = characters[random.IntN(len(characters))]
		}
		return string(text)
	}
}

func uuid(random *rand.Rand) string {
	b := bytesOf(random, 16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	count := 0
	tests := []struct {
		name     string
		samples  []string
		least    float64
		most     float64
		alphabet string
		fixed    int
	}{
		{"none", nil, 0, 0, "", 0},
		{"16 bytes in hexadecimal", draw(func(r *rand.Rand) string { return hex.EncodeToString(bytesOf(r, 16)) }), 128, 128, "hexadecimal", 0},
		{"15 bytes in upper hexadecimal", draw(func(r *rand.Rand) string { return strings.ToUpper(hex.EncodeToString(bytesOf(r, 15))) }), 120, 120, "hexadecimal", 0},
		{"32 bytes in base64url", draw(func(r *rand.Rand) string { return base64.RawURLEncoding.EncodeToString(bytesOf(r, 32)) }), 256, 258, "base64url", 0},
		{"32 bytes in padded base64", draw(func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString(bytesOf(r, 32)) }), 256, 258, "base64", 1},
		{"uuid", draw(uuid), 122, 124, "hexadecimal", 5},
		{"uuid without dashes", draw(func(r *rand.Rand) string { return strings.ReplaceAll(uuid(r), "-", "") }), 122, 124, "hexadecimal", 1},
		{"22 letters and digits", draw(from(lower+upper+digits, 22)), 22 * math.Log2(62), 22 * math.Log2(62), "letters and digits", 0},
		{"a prefix and 20 of hexadecimal", draw(func(r *rand.Rand) string { return "secret_" + from(digits+"abcdef", 20)(r) }), 80, 80, "hexadecimal", 7},
		{"digits in base64", draw(func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString([]byte(from(digits, 24)(r))) }), 24 * math.Log2(10), 127, "letters and digits", 0},
		{"38 digits", draw(from(digits, 38)), 38 * math.Log2(10), 38 * math.Log2(10), "decimal", 0},
		{"the same each time", draw(func(*rand.Rand) string { return "5f4dcc3b5aa765d61d8327deb882cf99" }), 0, 0, "decimal", 32},
		{"a counter behind zeros", draw(func(*rand.Rand) string { count++; return fmt.Sprintf("%032x", count) }), 5, 8, "hexadecimal", 30},
		{"one short among long", append(draw(from(digits+"abcdef", 64)), "0123456789abcdef"), 64, 64, "hexadecimal", 0},
		{"beyond ASCII", draw(from("äöüßé", 40)), 40, 160, "bytes", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := measure(test.samples)
			const rounding = 1e-9
			if got.Bits < test.least-rounding || got.Bits > test.most+rounding || got.Alphabet != test.alphabet || got.Fixed != test.fixed {
				t.Errorf("got %.2f bits, %s, %d fixed (%s)\nwant %.2f to %.2f bits, %s, %d fixed", got.Bits, got.Alphabet, got.Fixed, got, test.least, test.most, test.alphabet, test.fixed)
			}
		})
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                   string
		few, size, draws, want int
	}{
		{"the variant of a UUID", 4, 16, 32, 8},
		{"half of them may happen", 8, 16, 32, 16},
		{"digits alone among letters", 10, 62, 32, 34},
		{"too few draws to tell", 2, 16, 4, 16},
		{"all there are", 16, 16, 1000, 16},
		{"one of many, often", 1, 64, 32, 1},
	}
	for _, test := range tests {
		if got := choices(test.few, test.size, test.draws); got != test.want {
			t.Errorf("%s: %d of %d in %d draws: got %d, want %d", test.name, test.few, test.size, test.draws, got, test.want)
		}
	}
}
