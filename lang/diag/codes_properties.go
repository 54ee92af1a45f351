package diag

// Codes of properties: their formulas, and what these name.
const (
	FormulaSyntax    Code = "CH0371" // a formula that cannot be read
	FormulaExpansion Code = "CH0372" // quantifiers, indices and bounds that cannot be expanded
	NotAProposition  Code = "CH0373" // a name alone
	NoSuchMessage    Code = "CH0374" // a message of a role that has no such message
	UnknownException Code = "CH0375"
	UnknownTimer     Code = "CH0376"
	UnknownHandler   Code = "CH0377" // a scope without a handler for that
	TooManyAtoms     Code = "CH0378"
	NeverTrue        Code = "CH0379" // an atom that no run can make true
)
