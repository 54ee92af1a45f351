package chor

import "chorcheck/lang/diag"

// wordFlags says which part a word plays. Words that begin a statement or a
// declaration, and those that join the parts of one, cannot be names. All
// others (`fifo`, `late`, `again`, `any`, `crash` ..) are special only where
// they are expected.
func wordFlags(word string) uint8 {
	switch word {
	case "choice", "par", "for", "loop", "repeat", "rec", "continue", "let", "wait", "raise", "within", "try", "perform", "end":
		return fStatement | fReserved
	case "choreography", "param", "role", "channels", "channel", "var", "exception", "protocol", "environment", "property":
		return fDecl | fReserved
	case "or", "and", "not", "on", "finally", "otherwise", "when", "at", "in", "true", "false":
		return fReserved
	}
	return 0
}

// heads are the words that can begin a statement or a declaration.
func heads() []string {
	return []string{
		"choice", "par", "for", "loop", "repeat", "rec", "continue", "let", "wait", "raise", "within", "try", "perform", "end",
		"choreography", "param", "role", "channels", "channel", "var", "exception", "protocol", "environment", "property",
	}
}

// faultKinds are the words that can begin a line of an environment.
func faultKinds() []string {
	return []string{"crash", "loss", "duplicate", "reorder", "disconnect", "partition", "silence", "raise", "stray", "at"}
}

// headFor is the keyword that somebody who wrote another word most likely meant.
func (p *parser) headFor(t token) string {
	if p.full() {
		return ""
	}
	word := p.str(t)
	switch word {
	case "roles", "participant", "participants", "actor", "actors":
		return "role"
	case "const", "parameter", "params":
		return "param"
	case "alt", "select", "switch":
		return "choice"
	case "parallel":
		return "par"
	case "foreach":
		return "for"
	case "while":
		return "loop"
	case "throw", "throws":
		return "raise"
	case "goto":
		return "continue"
	case "call", "invoke", "do":
		return "perform"
	case "timeout":
		return "within"
	case "set", "assign":
		return "let"
	case "sleep", "delay":
		return "wait"
	case "exceptions":
		return "exception"
	case "scope":
		return "try"
	case "stop":
		return "end"
	}
	return diag.Nearest(word, heads())
}
