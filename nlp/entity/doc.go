// Package entity finds what a text names: products and link numbers, sizes, colours, quantities, body figures, money,
// dates, phones, order numbers, cities, competitors. It works by rules over the characters and by a shop's own words,
// so that it knows products that no one trained on. It starts nothing and keeps nothing.
package entity
