package engine

import "liveroom/scripts"

// ExportScripts writes the script library that ships with liveroom into an empty folder, for editing: point scripts.dir at
// it.
func ExportScripts(dir string) error { return scripts.Export(dir) }
