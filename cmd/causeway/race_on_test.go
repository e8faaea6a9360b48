//go:build race

package main_test

// raced: the program is built with the race detector too.
const raced = true
