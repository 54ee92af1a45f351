// Package cache keeps the results of verifications on disk, so that a text that has
// not changed is not searched again. docs/cache.md is the description for users.
//
// A result is found by a [Key], the SHA-256 of everything that it depends on: the text, how
// it is loaded, the options of the verification, the format of the entries, and the program
// itself. There is no other invalidation, and none is needed: whatever changes leads to
// another key. Options are hashed field by field, by reflection, so that a new one is part of
// the key until somebody says why it cannot matter.
//
// Kept are results in which everything is decided by a complete search, see [Settled]. What is
// read is not believed: the entry has to be whole and be that of the key, its parts have to fit
// the automata, and each run is carried out again by the interpreter of verify/replay and
// has to end where the entry says. Anything else is as if there were no entry. No function
// here fails because of what is in the directory, or because there is none: then nothing is
// found, and nothing is kept.
//
// An entry is one file, which gets its name when it is complete, so any number of
// processes may use one directory. Entries that were not used for the longest time are
// removed when all of them are larger than the limit.
//
// To find an ordinary result costs less than a millisecond, most of it for replaying runs; to keep one some
// milliseconds; and once for each build of the program its executable is read. The package does not lock,
// does not bring files to the disk before it goes on (a torn one is ignored later), and does not
// defend against those who may write into the directory: it is the user's own, and one that others can
// write to is not used.
package cache
