package instagram

import "causeway/connectors/kit"

// loose is a string that Meta may also write as a number.
type loose = kit.Loose

// object is a JSON object, kept as it came for who wants to look inside.
type object = map[string]any
