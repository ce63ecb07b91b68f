// Package access says who may do what: roles and their acts in one table, the tokens of links and programs, and the
// accounts and sessions of people on the admin side.
//
// A request proves itself by a token (Authorization: Bearer) or by a session's cookie; [Guard] asks for one and looks the
// act up that its route needs. A link proves itself by a token in its hello; [Tokens] checks it, and knows which were
// revoked. Accounts, revocations and the token keys are files in the data folder, mode 0600; sessions live in memory and
// end with the process.
//
// # Goroutines and bounds
//
// [Tokens.Run] looks for a changed key file; everything else runs on the goroutine of its caller. At most two passwords
// are hashed at a time (19 MiB each), others wait; sessions, failed tries and revocations are bounded, as said beside
// each.
package access
