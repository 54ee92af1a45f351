// Package ci tries out what brings chorcheck into other people's repositories: the
// GitHub action, the hooks for pre-commit, the installation, the start of the program.
// It has tests only, which do with a fresh repository what the services would do.
//
// The steps of the action run with bash and an environment as the runner makes it; what
// only the service itself can do (getting Go, showing annotations) is not tested. Tests
// skip themselves, with a message, where bash, make or git is missing.
package ci
