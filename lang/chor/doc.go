// Package chor is the front end of the choreography language, `.chor`: from the
// text to a tree, and from the tree to the canonical text or to the model.
//
// [Parse] scans and parses. It always yields a tree, and it reports every
// mistake that it finds, once: after a mistake it goes on as if the missing
// piece were there, or else at the next statement. [Format] prints a tree
// without mistakes in the one canonical layout and keeps all comments.
//
// Guarantees: no input makes the parser crash or hang. Texts are limited to
// [MaxSize] bytes and trees to [MaxDepth] levels, blocks and expressions alike,
// so whoever walks a tree may recurse. All spans lie inside the file.
// Formatting is idempotent and yields a text with the same tree.
//
// Costs: time and space are linear in the text; a token takes 12 bytes.
//
// The parser knows no names: whether a role exists, and what a value may be, is
// decided later. The formula of a property is kept as text.
package chor
