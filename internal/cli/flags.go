package cli

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"chorcheck/lang/diag"
)

// flagOf finds the flag in a message of the flag parser.
var flagOf = regexp.MustCompile(`--([a-z][a-z-]*)`)

// flagError puts an error of the flag parser into words: what the flag takes, or
// which one was meant.
func flagError(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("`%s --help` lists its options", cmd.CommandPath())
	unknown := (interface{ GetSpecifiedName() string })(nil)
	value := (interface {
		error
		GetValue() string
	})(nil)
	switch {
	case errors.As(err, &value):
		m := flagOf.FindStringSubmatch(err.Error())
		if m == nil {
			break
		}
		flag := cmd.Flags().Lookup(m[1])
		if flag == nil {
			break
		}
		takes, ok := map[string]string{
			"int": "a whole number", "int64": "a whole number", "uint64": "a whole number that is not negative",
			"float64": "a number", "duration": "a time with its unit, such as 90s or 5m", "bool": "true or false",
		}[flag.Value.Type()]
		if ok {
			return usage(hint, "--%s takes %s, not %q", flag.Name, takes, value.GetValue())
		}
	case errors.As(err, &unknown) && unknown.GetSpecifiedName() != "":
		var names []string
		for _, m := range flagOf.FindAllStringSubmatch(cmd.UsageString(), -1) {
			names = append(names, m[1])
		}
		if near := diag.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			hint = fmt.Sprintf("did you mean `--%s`?", near)
		}
	}
	return usage(hint, "%v", err)
}
