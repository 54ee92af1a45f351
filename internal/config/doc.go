// Package config reads chorcheck.yaml, the configuration of a project, and says
// which settings hold for one of its texts and where each of them comes from.
// docs/configuration.md is the description for users, docs/chorcheck.schema.json
// the schema.
//
// Guarantees: every key and every kind of value is checked, whether the profile or
// the text that it is for is in use or not. What is wrong is a [Problem] with its
// place. A text of any size or depth is read in time linear in its size: larger ones
// than [MaxSize] are refused, and so are anchors and aliases, so that nothing is
// expanded. Problems and settings have the order of the file.
//
// Costs: one tree of the text. The settings of a text are found by walking through
// the layers once.
//
// It does not look for files, and does not know what a value means: the command line
// hands in the check of its flag, so that both refuse the same with the same words.
package config
