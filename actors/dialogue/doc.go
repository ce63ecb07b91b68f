// Package dialogue is what one user and the shop are talking about, as pure values: the slots that carry over from
// message to message, the question that is still open, and the plan for the next reply.
//
// A State is a value. Plan looks at it and at one message that has been read, and says what is to be done and what the
// state becomes once that has been said. Nothing here does I/O, reads a clock or keeps a reference to anything that
// changes; products are immutable. The words of a reply are the scripts' business: a plan names topics.
//
// The rules, in the order in which they are tried:
//
//  1. A message that settles the open question (yes, no, a size that was asked for, a quantity, "the first one") does.
//  2. A message that is surely something else is answered as that; the open question is bridged and offered once more.
//  3. A message that only names a product, size, colour or place is the latest question again with that put in (那L的呢).
//  4. Of a message that asks two things, or names two products, both are answered.
//  5. Whatever is still unsure is asked back, with the candidates. Who is upset is not asked back but passed to a person.
package dialogue
