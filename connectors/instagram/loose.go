package instagram

import "causeway/connectors/kit"

// loose is a string that Meta may also write as a number.
type loose = kit.Loose
