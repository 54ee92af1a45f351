// Package arch has no code. Its tests hold the whole module to its architecture:
// who may import whom, that each package says what it is, how long files may be,
// and what no file below the command line may do.
package arch
