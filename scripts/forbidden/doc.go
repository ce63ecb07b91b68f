// Package forbidden finds words that may not be said: absolute claims, medical claims, promises nobody can keep, talk of
// dealing elsewhere, abuse. list.yaml is the maintained list; a shop may forbid more and allow some.
//
// Terms are found in a folded text, so that "最 好" and "V❤信" are found like 最好 and V信: compatibility forms and case
// are made one, and blanks, marks and signs between characters do not count. A term may stand where one of its
// exceptions stands: 第一 is forbidden, 第一次 is not.
//
// A List is immutable and starts nothing; Find may be called from any number of goroutines.
package forbidden
