// Package admin serves a node's HTTP side: health, metrics, profiles and, to come, the console. It listens on loopback
// by default and reaches into nothing: what it shows, the engine hands it as functions.
package admin
