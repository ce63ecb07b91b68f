package shop

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"

	"liveroom/engine/shop/document"
)

// Export writes a catalogue; Parse of the same format brings an equal one back. Comments of the file it was read from are
// not kept.
func Export(format document.Format, c *Catalogue) ([]byte, error) {
	if format == document.CSV {
		return writeSheet(c.file)
	}
	var b bytes.Buffer
	var err error
	if format == document.JSON {
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(c.file)
	} else {
		encoder := yaml.NewEncoder(&b)
		encoder.SetIndent(2)
		if err = encoder.Encode(c.file); err == nil {
			err = encoder.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write catalogue as %s: %w", format, err)
	}
	return b.Bytes(), nil
}
