package journal

import "strings"

// layers are values that were learned at different times and count as one: where
// more than one of them knows a pattern, the longest is replaced, or what is left of
// it could be read.
type layers []*values

func (l layers) replace(text string) string {
	if l.empty() {
		return text
	}
	var b strings.Builder
	end := 0
	for i := 0; i+minValue <= len(text); {
		mark, size := l.at(text[i:])
		if size == 0 {
			i++
			continue
		}
		b.WriteString(text[end:i])
		b.WriteString(mark)
		i += size
		end = i
	}
	if end == 0 {
		return text
	}
	return b.String() + text[end:]
}

func (l layers) empty() bool {
	for _, v := range l {
		if len(v.secrets) > 0 {
			return false
		}
	}
	return true
}

// at returns the mark of the longest pattern that the text begins with, and the
// pattern's size, or zero.
func (l layers) at(text string) (mark string, size int) {
	var found *values
	var secret string
	for _, v := range l {
		if one, length := v.at(text); length > size {
			found, secret, size = v, one, length
		}
	}
	if found == nil {
		return "", 0
	}
	return found.redactor.mark(secret), size
}
