// Package corpus holds our own labelled text, from which nlp/train makes the model, and checks it.
//
// It has no code beyond its tests: columns and labels must be known to engine/live, no line may stand twice, the development and
// test sets must match the hashes under which they were frozen, and no training line may come close to one of theirs.
package corpus
