package diag

// Codes of the scanner: characters and words.
const (
	// UnknownCharacter is a character that the language has no use for.
	UnknownCharacter Code = "CH0101"
	// HiddenCharacter is a control character, or one that cannot be seen or that changes the direction of the text.
	HiddenCharacter Code = "CH0102"
	// NotUTF8 is a run of bytes that are not UTF-8.
	NotUTF8 Code = "CH0103"
	// MalformedNumber is a word that begins like a number and does not end like one.
	MalformedNumber Code = "CH0104"
	// NumberTooLarge is a number that does not fit into 64 bits.
	NumberTooLarge Code = "CH0105"
	// WrongComment is a comment in the style of another language.
	WrongComment Code = "CH0106"
	// QuotedName is a name in quotation marks.
	QuotedName Code = "CH0107"
	// FileTooLarge is a text beyond the size limit.
	FileTooLarge Code = "CH0108"
)

// Codes of the parser: statements, declarations and expressions.
const (
	// UnexpectedText is text that no statement or declaration can have at this place.
	UnexpectedText Code = "CH0201"
	// UnclosedBlock is a block without its closing brace.
	UnclosedBlock Code = "CH0202"
	// StrayBrace is a closing brace without a block.
	StrayBrace Code = "CH0203"
	// MissingBrace is a head that no block follows.
	MissingBrace Code = "CH0204"
	// MissingColon is a `:` left out.
	MissingColon Code = "CH0205"
	// MissingLabel is an interaction that does not name its message.
	MissingLabel Code = "CH0206"
	// MissingReceiver is an interaction without a receiver.
	MissingReceiver Code = "CH0207"
	// MissingSender is an interaction without a sender, or with several.
	MissingSender Code = "CH0208"
	// WrongArrow is a missing arrow, or one that is not written `->`.
	WrongArrow Code = "CH0209"
	// LabelNotOneWord is a message name of several words.
	LabelNotOneWord Code = "CH0210"
	// WrongEquals is one of `=`, `==` and `:=` in the place of another.
	WrongEquals Code = "CH0211"
	// MissingOwner is a statement that does not say at which role it happens.
	MissingOwner Code = "CH0212"
	// MissingName is a place where a name has to stand.
	MissingName Code = "CH0213"
	// ReservedName is a word of the language used as a name.
	ReservedName Code = "CH0214"
	// MissingExpression is a place where a value has to stand.
	MissingExpression Code = "CH0215"
	// MissingBracket is a round or square bracket left out.
	MissingBracket Code = "CH0216"
	// ListComma is a missing or superfluous comma of a list.
	ListComma Code = "CH0217"
	// StrayClause is a clause, such as `or`, without the statement that it belongs to.
	StrayClause Code = "CH0218"
	// WrongClauseWord is a clause that begins with a word of another statement or language.
	WrongClauseWord Code = "CH0219"
	// MisspeltKeyword is a word that looks like a word of the language.
	MisspeltKeyword Code = "CH0220"
	// BadDuration is a missing or incomplete duration.
	BadDuration Code = "CH0221"
	// MissingType is a variable without a domain.
	MissingType Code = "CH0222"
	// EmptyFormula is a property without a formula.
	EmptyFormula Code = "CH0223"
	// BadFault is a line of an environment that is no fault.
	BadFault Code = "CH0224"
	// MisplacedStar is `*` as a role outside an environment.
	MisplacedStar Code = "CH0225"
	// ClauseOrder is a clause that stands twice or too late.
	ClauseOrder Code = "CH0226"
	// TooDeep is nesting beyond the limit.
	TooDeep Code = "CH0227"
	// BadForHead is a `for` that does not say what it runs over.
	BadForHead Code = "CH0228"
	// ChainedComparison is a comparison of a comparison.
	ChainedComparison Code = "CH0229"
	// BracedChoreography is a choreography written as a block.
	BracedChoreography Code = "CH0230"
)
