package shop

// The shape of a catalogue file in YAML and JSON; what its fields mean stands in demo.yaml. A Catalogue keeps the file it
// was made from, so that it can be written again.
type catalogueFile struct {
	Shop       string            `yaml:"shop" json:"shop"`
	Title      string            `yaml:"title,omitempty" json:"title,omitempty"`
	Rooms      []roomFile        `yaml:"rooms,omitempty" json:"rooms,omitempty"`
	Warehouses []warehouseFile   `yaml:"warehouses,omitempty" json:"warehouses,omitempty"`
	Attributes map[string]string `yaml:"attributes,omitempty" json:"attributes,omitempty"`
	Products   []productFile     `yaml:"products" json:"products"`
}

type roomFile struct {
	ID    string         `yaml:"id" json:"id"`
	Title string         `yaml:"title,omitempty" json:"title,omitempty"`
	Links map[string]int `yaml:"links,omitempty" json:"links,omitempty"` // product id to link number
}

type warehouseFile struct {
	ID     string `yaml:"id" json:"id"`
	Title  string `yaml:"title" json:"title"`
	ShipBy int    `yaml:"ship_by" json:"ship_by"`
}

type productFile struct {
	ID           string            `yaml:"id" json:"id"`
	Name         string            `yaml:"name" json:"name"`
	Aliases      []string          `yaml:"aliases,omitempty,flow" json:"aliases,omitempty"`
	Link         int               `yaml:"link,omitempty" json:"link,omitempty"`
	Category     string            `yaml:"category,omitempty" json:"category,omitempty"`
	Attributes   map[string]string `yaml:"attributes,omitempty" json:"attributes,omitempty"`
	Variants     []variantFile     `yaml:"variants" json:"variants"`
	SizeChart    []sizeFile        `yaml:"size_chart,omitempty" json:"size_chart,omitempty"`
	Gifts        []string          `yaml:"gifts,omitempty,flow" json:"gifts,omitempty"`
	Promotion    string            `yaml:"promotion,omitempty" json:"promotion,omitempty"`
	Promotions   []promotionFile   `yaml:"promotions,omitempty" json:"promotions,omitempty"`
	Instalment   int               `yaml:"instalment,omitempty" json:"instalment,omitempty"`
	Certificates []string          `yaml:"certificates,omitempty,flow" json:"certificates,omitempty"`
	Competitors  []competitorFile  `yaml:"competitors,omitempty" json:"competitors,omitempty"`
	Cross        []string          `yaml:"cross,omitempty,flow" json:"cross,omitempty"`
}

type variantFile struct {
	SKU      string `yaml:"sku" json:"sku"`
	Size     string `yaml:"size,omitempty" json:"size,omitempty"`
	Color    string `yaml:"color,omitempty" json:"color,omitempty"`
	PriceFen int64  `yaml:"price_fen" json:"price_fen"`
}

type sizeFile struct {
	Size string    `yaml:"size" json:"size"`
	Kg   []float64 `yaml:"kg,omitempty,flow" json:"kg,omitempty"` // from and to, 0 being open
	Cm   []float64 `yaml:"cm,omitempty,flow" json:"cm,omitempty"`
}

type promotionFile struct {
	Text  string `yaml:"text" json:"text"`
	From  string `yaml:"from,omitempty" json:"from,omitempty"`
	Until string `yaml:"until,omitempty" json:"until,omitempty"`
}

type competitorFile struct {
	Name  string `yaml:"name" json:"name"`
	Facts string `yaml:"facts" json:"facts"`
}
