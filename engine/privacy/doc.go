// Package privacy finds personal data in what people write and masks it: phones, landlines, ID and bank cards,
// addresses, e-mails, WeChat and QQ ids, order numbers, names, number plates. It reads a text's normal form, in which
// full-width, circled and Chinese digits are digits and what hides between them is gone, and tells offsets in the text
// as written. It works by rules alone, starts nothing, keeps nothing, and never gives a value back: whoever may see a
// text as written is given the text.
//
// What it does not see: numbers told in words ("three eights"), in homophones or in Roman numerals, a value split over
// several lines of chat, a name or an id that nothing around it announces.
package privacy
