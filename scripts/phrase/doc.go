// Package phrase is the language that reply texts are written in: the syntax of text/template cut down to variables of
// a closed dictionary, if, range over our own short lists and four functions. Compile checks a text once, down to the
// last character it could come to, and Render runs it without reflection, allocation or surprise. Nothing in it knows
// where a value comes from; see Values.
//
// text/template stays the judge: the tests render every accepted text both ways.
package phrase
