// Package chars brings texts into the form that the models read: normal characters, and the ids of them. The training
// side does the same, character for character, and leaves cases that both must agree on with every model.
package chars
