// Package keyword reads texts by the words in them: by the rules that a shop's owner has set, which come before any
// model, and by a built-in list that still knows the common questions when there is no model at all.
package keyword
