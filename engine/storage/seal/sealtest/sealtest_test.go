package sealtest

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"
)

// A search that finds nothing proves something only if it finds what is there.
func TestEveryFormIsFound(t *testing.T) {
	for _, marker := range []string{ASCII, Chinese} {
		for _, around := range []string{"", "a", "ab", "abc", "宝宝", `{"text":"`} {
			text := around + marker + "7" + around
			var le, be, escaped strings.Builder
			for _, u := range utf16.Encode([]rune(text)) {
				le.Write([]byte{byte(u), byte(u >> 8)})
				be.Write([]byte{byte(u >> 8), byte(u)})
				escaped.WriteString(`\u` + hex.EncodeToString([]byte{byte(u >> 8), byte(u)}))
			}
			for name, content := range map[string]string{
				"as it is": text, "hexadecimal": hex.EncodeToString([]byte(text)), "little endian": le.String(), "big endian": be.String(),
				"escaped": escaped.String(), "escaped in capitals": strings.ReplaceAll(strings.ToUpper(escaped.String()), `\U`, `\u`),
				"base64": base64.StdEncoding.EncodeToString([]byte(text)), "base64 for URLs": base64.RawURLEncoding.EncodeToString([]byte(text)),
			} {
				if found := Find([]byte("before " + content + " after")); len(found) == 0 || !strings.HasPrefix(found[0], marker) {
					t.Errorf("%q %s (%q) is not found, but %v", text, name, content, found)
				}
			}
		}
	}
	if found := Find([]byte(strings.Repeat("宝宝，3号链接现在还有32件哦 Mk9Zq7 ", 100))); found != nil {
		t.Errorf("%v was found where it is not", found)
	}
}
