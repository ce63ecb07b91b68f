package engine

import _ "embed"

// ConfigDoc is the reference of every setting, made from the comments of the configuration's fields by
// TestConfigDoc with LIVEROOM_GOLDEN=1.
//
//go:embed config.md
var ConfigDoc string
