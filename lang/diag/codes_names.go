package diag

// Codes of names: what is declared, what is referred to, and what is reached.
const (
	MisplacedChoreography Code = "CH0301" // the first declaration is not `choreography`, or there are two
	DeclaredTwice         Code = "CH0302" // one name, two meanings in one place
	UnknownRole           Code = "CH0303"
	UnknownName           Code = "CH0304" // in an expression or as a variable
	UnknownLabel          Code = "CH0305" // continue without its rec
	UnknownProtocol       Code = "CH0306"
	UnknownSetting        Code = "CH0307" // --set of a parameter that does not exist
	ArrayForRole          Code = "CH0308" // an array stands where one role is needed
	NotAnArray            Code = "CH0309" // an index on, or a loop over, something that is no array
	ForeignVariable       Code = "CH0310" // a role uses a variable of another role
	ContinueLeavesPar     Code = "CH0311"
	RoleNotPassed         Code = "CH0312" // a protocol names a role that is no parameter of it
	ParameterCycle        Code = "CH0313"
	WrongArguments        Code = "CH0314" // perform with too many or too few roles
	RoleTwice             Code = "CH0315" // perform with one role for two parameters
	RecursiveProtocol     Code = "CH0316"
	SendToItself          Code = "CH0317"
	ChannelTwice          Code = "CH0318" // two declarations for one channel
	NestedDeclaration     Code = "CH0319" // a declaration inside a block
	NoRole                Code = "CH0320"
	StoredTwice           Code = "CH0321" // one message stores two values into one variable
	UnusedRole            Code = "CH0331"
	UnusedVariable        Code = "CH0332"
	UnusedParameter       Code = "CH0333"
	UnusedProtocol        Code = "CH0334"
	NeverReached          Code = "CH0335"
	ActsAfterEnd          Code = "CH0336"
)

// Codes of types and values.
const (
	WrongType           Code = "CH0401"
	NotComparable       Code = "CH0402"
	NotConstant         Code = "CH0403"
	DivisionByZero      Code = "CH0404"
	ArithmeticOverflow  Code = "CH0405"
	IndexOutOfRange     Code = "CH0406"
	BadArraySize        Code = "CH0407"
	BadCapacity         Code = "CH0408"
	UnknownDiscipline   Code = "CH0409"
	MailboxForPair      Code = "CH0410"
	EmptyDomain         Code = "CH0411"
	DomainTooLarge      Code = "CH0412"
	InitialOutOfDomain  Code = "CH0413"
	PayloadsDiffer      Code = "CH0414"
	MisplacedOtherwise  Code = "CH0415"
	NegativeCount       Code = "CH0416"
	ChoiceWithoutBranch Code = "CH0417"
	NotInEnumeration    Code = "CH0418"
)

// Codes of the limits of unfolding.
const (
	TooManyStatements Code = "CH0501"
	TooManyRoles      Code = "CH0502"
	UnfoldedTooDeep   Code = "CH0503"
	TooManyVariables  Code = "CH0504"
	TooMuchArithmetic Code = "CH0505"
)
