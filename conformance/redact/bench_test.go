package redact

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

const (
	manyValues = 2000
	manyBytes  = 30 << 20
)

var alphabets = map[string]string{
	"hex":       "0123456789abcdef",
	"base64url": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	"password":  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()-_=+[]{};:,.<>/?~",
}

func randomValue(random *rand.Rand, alphabet string, size int) string {
	text := make([]byte, size)
	for i := range text {
		text[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(text)
}

// bookOf has secrets and, one in five, tokens that all begin alike.
func bookOf(values []string) *Book {
	book := NewBook([]byte("bench"))
	for i, value := range values {
		if i%5 == 0 {
			book.Add(Token, value)
		} else {
			book.Pair(fmt.Sprintf("61df925846bed781f5%06d", i), value)
		}
	}
	return book
}

func valuesOf(alphabet string) []string {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]string, manyValues)
	for i := range values {
		if values[i] = randomValue(random, alphabet, 40); i%5 == 0 {
			values[i] = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + randomValue(random, alphabets["base64url"], 300) + "." + randomValue(random, alphabets["base64url"], 86)
		}
	}
	return values
}

// evidence is JSON of exchanges, in each of which three credentials stand.
func evidence(values []string) string {
	var b strings.Builder
	b.Grow(manyBytes + 4096)
	filler, err := json.Marshal(strings.Repeat(`{"id":"61df925846bed781f5757166","name":"A client & its <secret>","grant_types":["client_credentials"],"created_at":"2026-01-02T03:04:05Z"} `, 6))
	if err != nil {
		panic(err)
	}
	for i := 0; b.Len() < manyBytes; i++ {
		value := values[i%len(values)]
		quoted, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, `{"n":%d,"headers":["Authorization: Basic %s"],"secret":%s,"echo":%s,"body":%s},`,
			i, base64.StdEncoding.EncodeToString([]byte("client:"+value)), quoted, quoted, filler)
	}
	return b.String()
}

func BenchmarkText(b *testing.B) {
	for name, alphabet := range alphabets {
		values := valuesOf(alphabet)
		hider, text := bookOf(values).Hider(), evidence(values)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				hider.Text(text)
			}
		})
		hidden := []byte(hider.Text(text))
		b.Run(name+" find", func(b *testing.B) {
			b.SetBytes(int64(len(hidden)))
			for b.Loop() {
				if hits := hider.Find(hidden); len(hits) > 0 {
					b.Fatal(hits)
				}
			}
		})
	}
}

func BenchmarkBook(b *testing.B) {
	for name, alphabet := range alphabets {
		values := valuesOf(alphabet)
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			hider := bookOf(values).Hider()
			runtime.GC()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				bookOf(values).Hider()
			}
			b.ReportMetric(float64(len(hider.index.forms)), "forms")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
		})
		b.Run(name+" one more", func(b *testing.B) {
			book := bookOf(values)
			for i := 0; b.Loop(); i++ {
				book.Hider()
				book.Add(Secret, fmt.Sprintf("another secret %d", i))
			}
		})
	}
}
