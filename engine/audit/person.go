package audit

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/emmansun/gmsm/sm3"
)

// What Personal puts around a value; neither is ever written.
const (
	personOpen  = "\x02"
	personClose = "\x03"
	personScope = "\x04" // after the scope, where there is one
)

var personMarks = strings.NewReplacer(personOpen, "", personClose, "", personScope, "")

// PersonalIn is Personal for a value that names somebody within a scope, a user in a room for one: Config.Seal is told of it,
// and the pseudonym does not depend on it.
func PersonalIn(scope, value string) string {
	return personOpen + personMarks.Replace(scope) + personScope + personMarks.Replace(value) + personClose
}

// Personal marks a value as one that tells of a person, within Act.On or Act.Detail. It is written as a pseudonym.
func Personal(value string) string { return personOpen + personMarks.Replace(value) + personClose }

// pseudonymBytes is how much of the HMAC a pseudonym is made of.
const pseudonymBytes = 12

// pseudonym stands for a value: the same for the same value, and telling nothing of it without the key.
func pseudonym(key []byte, value string) string {
	mac := hmac.New(sm3.New, key)
	mac.Write([]byte("liveroom audit pseudonym\n"))
	mac.Write([]byte(value))
	return "~" + hex.EncodeToString(mac.Sum(nil)[:pseudonymBytes])
}

// Pseudonym returns what the log writes instead of a personal value, to look for it.
func (l *Log) Pseudonym(value string) string {
	return pseudonym(l.pseudonyms, personMarks.Replace(value))
}

// conceal replaces what Personal marked. A mark that is never closed conceals the rest.
func (l *Log) conceal(text string) (string, error) {
	if !strings.Contains(text, personOpen) {
		return personMarks.Replace(text), nil
	}
	var b strings.Builder
	for {
		before, after, marked := strings.Cut(text, personOpen)
		b.WriteString(personMarks.Replace(before))
		if !marked {
			return b.String(), nil
		}
		value, rest, _ := strings.Cut(after, personClose)
		text = rest
		scope, named, scoped := strings.Cut(value, personScope)
		if !scoped {
			scope, named = "", value
		}
		value = personMarks.Replace(named)
		name := pseudonym(l.pseudonyms, value)
		b.WriteString(name)
		if l.cfg.Seal == nil {
			continue
		}
		sealed, err := l.cfg.Seal(Subject{Pseudonym: name, Scope: personMarks.Replace(scope), Value: value})
		if err != nil {
			return "", fmt.Errorf("seal a personal value: %w", err)
		}
		b.WriteString(sealedMark + sealed)
	}
}

// Subject is somebody whose value is to be sealed.
type Subject struct {
	Pseudonym string
	Scope     string // of PersonalIn
	Value     string
}

// sealedMark stands between a pseudonym and what is sealed of its value.
const sealedMark = "="

// sealedPerson is a pseudonym with what is sealed beside it.
var sealedPerson = regexp.MustCompile(`~[0-9a-f]{24}=[A-Za-z0-9_-]+`)

// Unsealed returns a text of a record with its pseudonyms alone, and how many of them were sealed besides.
func Unsealed(text string) (shown string, sealed int) {
	if !strings.Contains(text, sealedMark) {
		return text, 0
	}
	shown = sealedPerson.ReplaceAllStringFunc(text, func(found string) string {
		sealed++
		name, _, _ := strings.Cut(found, sealedMark)
		return name
	})
	return shown, sealed
}

// Person is somebody that a record tells of.
type Person struct {
	Pseudonym string
	Sealed    string // his own value, as Config.Seal made it
}

// People returns those of a record's people whose own values are sealed in it, each once.
func (r *Record) People() (all []Person) {
	for _, found := range sealedPerson.FindAllString(r.On+" "+r.Detail, -1) {
		name, sealed, _ := strings.Cut(found, sealedMark)
		if !slices.ContainsFunc(all, func(p Person) bool { return p.Pseudonym == name }) {
			all = append(all, Person{name, sealed})
		}
	}
	return all
}
