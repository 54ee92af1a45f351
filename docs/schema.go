package docs

import _ "embed"

//go:embed chorcheck.schema.json
var configSchema string

// ConfigSchema is the JSON Schema of chorcheck.yaml.
func ConfigSchema() string { return configSchema }
