// Package shelf keeps the folder of a shop's own script files for the people who edit them. It reads a file, puts another
// in its place in one step, refuses who has not seen the latest, and remembers the last [MaxVersions] versions of each
// file with who made them and when. It knows nothing of what stands in a file: who uses it checks that first.
// Several files change together or not at all ([Shelf.MakeAll]), a kill in between included.
//
// Files may also be changed past it, with an editor or by a deployment. Such a change counts as a version like any other
// as soon as somebody looks; nobody is named for it.
package shelf
