// Command eval measures the shipped model as it serves: every text goes through nlp's service and the model runtime.
//
// It reads our frozen test and, where the shared corpora are at hand, their held-out fifth, and prints the table of
// figures that the model has to reach, with 95 % intervals, counts and what a constant answer would get; then
// confusions, figures by label, calibration, coverage and speed. Texts are never printed, only counts of them.
package main
