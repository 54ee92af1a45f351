// Package checkpoint keeps a search in a directory, so that another one can go on from
// there, also after the process or the machine has died at any moment. docs/checkpoint.md
// describes the files.
//
// A checkpoint is all levels that are complete. They never change, so each generation of a
// checkpoint adds one file with the new levels, a segment, and a manifest that names all
// segments with their checksums. There are two manifests, of the last two generations, and a
// file gets its name only when it is on the disk. Whatever happens in between, the
// generation before is whole.
//
// Nothing is believed: a checkpoint is read as a whole and compared with its checksums before
// a search begins with it. A generation that is damaged is passed over; if both are,
// there is an error, and no file is changed.
package checkpoint
