// Package spell writes personal data the way people write it in live rooms: plainly, in groups, in Chinese numerals,
// with emoji between the digits, in look-alike letters, with a WeChat cue that no filter is meant to see. It is the
// judge of the masker in the folder above and was written before it, from the standards (number plans, GB 11643,
// ISO 7064, ISO/IEC 7812, GB/T 2260) and from how people evade; it shares no code and no word list with it.
//
// The grammar is a product: a frame (the line around the value), a value drawn by the standard, and a way of spelling
// it. Half of the frames and half of the ways were held out while the masker was built, for a first figure; a third
// set was written when it was done, for the final one.
package spell
