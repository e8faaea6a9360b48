package kit

// Pace is embedded in settings: how fast is sent.
type Pace struct {
	// Limits is "provider" to keep to the rates that the provider publishes, or
	// "none" to leave it to the provider to say when it is too much. Left out, it
	// is provider, and none where api_url names another address.
	Limits string `json:"limits,omitempty"`
}

// The values of Limits.
const (
	LimitsProvider = "provider"
	LimitsNone     = "none"
)

// HurriesAt reports whether no rate is kept to. address is the settings' api_url,
// usual is the provider's own.
func (p Pace) HurriesAt(address, usual string) bool {
	elsewhere := address != "" && address != usual
	return p.Limits == LimitsNone || p.Limits == "" && elsewhere
}

// CheckPace notes a value that is none.
func (p Pace) CheckPace(problems *Problems) {
	problems.OneOf("limits", p.Limits, "", LimitsProvider, LimitsNone)
}
