package core

import (
	"fmt"
	"strings"
	"unicode"
)

const longestUserID = 300 // bytes

// CheckUserID says why s cannot be what a contact is known by; nil if it can. It
// may be an email address, a phone number or a UUID; spacing and ^!$%&*() are not
// taken (Kommunicate, "Log in your existing users").
func CheckUserID(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("a user id must not be empty: %w", ErrInvalid)
	case len(s) > longestUserID:
		return fmt.Errorf("a user id has at most %d bytes: %w", longestUserID, ErrInvalid)
	case strings.ContainsFunc(s, refusedInUserID):
		return fmt.Errorf("a user id has neither spaces nor any of ^!$%%&*(): %w", ErrInvalid)
	}
	return nil
}

// UserIDOf is a user id made of a provider's own name for a person: what a user
// id cannot have in it stands as an underscore.
func UserIDOf(name string) string {
	return strings.Map(func(r rune) rune {
		if refusedInUserID(r) {
			return '_'
		}
		return r
	}, name)
}

func refusedInUserID(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("^!$%&*()", r)
}

// NamedByUs is c, called by a pseudonym if nobody told a name. It goes by the
// contact's id, so that it is the same one wherever it is read, and it is stored
// nowhere: a name that is told later takes its place.
func (c Contact) NamedByUs() Contact {
	if c.Name == "" {
		c.Name, c.Pseudonym = Pseudonym(uint64(c.ID)), true
	}
	return c
}

// Pseudonym is a name for a person without one: an adjective and a creature of
// the sea, such as "Merry Seahorse". The same n has the same name.
func Pseudonym(n uint64) string {
	// Ids of one moment differ in their last bits alone: they are spread first
	// (the finalizer of MurmurHash3, by Austin Appleby).
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	n ^= n >> 33
	n *= 0xc4ceb9fe1a85ec53
	n ^= n >> 33
	adjective := adjectives[n%uint64(len(adjectives))]
	creature := creatures[(n>>32)%uint64(len(creatures))]
	return adjective + " " + creature
}

// The words of pseudonyms: each adjective is kind to every creature.
var (
	adjectives = [...]string{
		"Able", "Agile", "Amber", "Bold", "Brave", "Breezy", "Bright", "Brisk", "Bubbly", "Calm", "Candid", "Caring",
		"Cheerful", "Clever", "Coral", "Cosy", "Curious", "Dapper", "Daring", "Dreamy", "Eager", "Earnest", "Elegant", "Fair",
		"Fearless", "Festive", "Fleet", "Fond", "Frank", "Gentle", "Gifted", "Glad", "Golden", "Graceful", "Happy", "Hearty",
		"Honest", "Hopeful", "Humble", "Jaunty", "Joyful", "Keen", "Kind", "Lively", "Loyal", "Lucid", "Lucky", "Mellow",
		"Merry", "Mild", "Modest", "Neat", "Nimble", "Noble", "Patient", "Peaceful", "Placid", "Playful", "Plucky", "Polite",
		"Prompt", "Proud", "Quick", "Quiet", "Radiant", "Ready", "Serene", "Silver", "Sincere", "Smart", "Smooth", "Snug",
		"Sparkling", "Spirited", "Spry", "Steady", "Sturdy", "Subtle", "Sunny", "Swift", "Tactful", "Tender", "Tidy", "Tranquil",
		"Trusty", "Upbeat", "Valiant", "Velvet", "Vivid", "Warm", "Wise", "Witty", "Wondrous", "Young", "Zealous", "Zesty",
	}
	creatures = [...]string{
		"Abalone", "Albatross", "Anchovy", "Anemone", "Angelfish", "Auk", "Barnacle", "Barracuda", "Beluga", "Blenny", "Bonito", "Bream",
		"Brill", "Capelin", "Catshark", "Clam", "Clownfish", "Cockle", "Cod", "Conch", "Cormorant", "Cowrie", "Crab", "Cuttlefish",
		"Dolphin", "Dory", "Dugong", "Eider", "Flounder", "Gannet", "Garfish", "Goby", "Grouper", "Guillemot", "Gurnard", "Haddock",
		"Hake", "Halibut", "Hermit Crab", "Herring", "Jellyfish", "Kittiwake", "Krill", "Limpet", "Lionfish", "Lobster", "Lumpfish", "Mackerel",
		"Manatee", "Manta", "Marlin", "Mullet", "Mussel", "Narwhal", "Nautilus", "Octopus", "Orca", "Otter", "Oyster", "Parrotfish",
		"Pelican", "Penguin", "Petrel", "Pipefish", "Plaice", "Pollock", "Porpoise", "Prawn", "Puffin", "Ray", "Remora", "Sailfish",
		"Sandpiper", "Sardine", "Scallop", "Seahorse", "Seal", "Shearwater", "Shrimp", "Snapper", "Sole", "Sponge", "Sprat", "Squid",
		"Starfish", "Sturgeon", "Sunfish", "Tarpon", "Tern", "Triggerfish", "Tuna", "Turbot", "Turtle", "Urchin", "Walrus", "Whelk",
	}
)
