package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(0, 0, "nothing"),
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(a.out, "chorcheck %s, %s %s/%s\n", a.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
