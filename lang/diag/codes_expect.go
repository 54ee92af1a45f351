package diag

// Codes about `// expect:` lines, see docs/expectations.md.
const (
	ExpectSyntax    Code = "CH0011" // the line cannot be read
	ExpectSubject   Code = "CH0012" // neither a check, a property nor a quantity
	ExpectVerdict   Code = "CH0013" // no verdict, or one that its subject cannot have
	ExpectNumber    Code = "CH0014" // a number is missing or too large
	ExpectCondition Code = "CH0015" // the condition after `when` cannot be read
	ExpectTwice     Code = "CH0016" // one thing is stated twice under the same conditions

	ExpectEnvironment Code = "CH0017" // it does not say of which environment, or says so of all together
	PropertyName      Code = "CH0018" // a property with the name of a check or quantity
)
