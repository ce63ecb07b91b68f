// Package document reads and writes the files in which a shop keeps what it knows: YAML, JSON and CSV. It reads strictly:
// an unknown field is a problem, a file that would explode is refused before it does, and every problem comes with its
// place, by line in YAML and JSON, by row and column in CSV.
//
// It is pure and holds nothing between calls: no goroutine, no file, no clock.
package document
