// Package oracles compares our counts and verdicts with those that other tools
// and other people have published for the same models. It has tests only. Those
// that need a corpus, SPIN or a C compiler skip themselves, with a message, where
// it is missing.
package oracles
