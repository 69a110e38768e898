package benchtest

import (
	"fmt"
	"strings"
)

// splice puts the text between the marks of that name in the page, in place of what was
// there.
func splice(page, name, text string) (string, error) {
	begin, end := "<!-- "+name+" -->", "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(page, begin)
	between, after, ends := strings.Cut(rest, end)
	if !begins || !ends || strings.Contains(between, begin) {
		return "", fmt.Errorf("there is not one %s with a %s after it", begin, end)
	}
	return before + begin + "\n" + text + end + after, nil
}
