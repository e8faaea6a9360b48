// Package causeway holds what concerns all packages: the test of the arrows
// between them.
package causeway
