package lang

import (
	"errors"
	"io"

	"chorcheck/lang/diag"
	"chorcheck/lang/dot"
	"chorcheck/lang/fsa"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/promela"
	"chorcheck/lang/tla"
	"chorcheck/model"
)

// Exports lists the formats that Unit.Export writes.
func Exports() []string { return []string{"promela", "tla", "fsa", "dot"} }

// ExportOptions are the choices that some formats have. The zero value is ready.
type ExportOptions struct {
	Module      string // tla: the name of the module, if it can be one
	KeepCrashed bool   // promela, tla: queues to crashed roles stay, see docs/semantics.md, section 5
}

// TLCConfig is the configuration file that goes with the format tla.
const TLCConfig = tla.Config

// Export writes the unit's automata in a format of Exports. What the format has no
// words for comes back as diagnostics, and then nothing of use was written. The
// error is the writer's.
func (u *Unit) Export(w io.Writer, format string, opt ExportOptions) ([]diag.Diagnostic, error) {
	var err error
	switch format {
	case "fsa":
		err = fsa.Write(w, u.Automata, u.Environments...)
	case "dot":
		err = dot.Write(w, u.Automata, nil, u.Environments...)
	case "promela", "tla":
		if len(u.Environments) > 1 {
			return []diag.Diagnostic{u.severalEnvironments()}, nil
		}
		env := u.Environments[0]
		if format == "promela" {
			err = promela.Write(w, u.Automata, env, promela.Options{KeepCrashed: opt.KeepCrashed})
		} else {
			err = tla.Write(w, u.Automata, env, tla.Options{Module: opt.Module, KeepCrashed: opt.KeepCrashed})
		}
	}
	var cannot *cfsm.ExportError
	if !errors.As(err, &cannot) {
		return nil, err
	}
	var list []diag.Diagnostic
	for _, p := range cannot.Problems {
		d := diag.Diagnostic{Code: diag.CannotExport, Message: "cannot write " + cannot.Format + ": " + p.Message, Help: p.Help}
		u.label(&d, p.Origins)
		list = append(list, d)
	}
	return list, nil
}

// label points a diagnostic at places.
func (u *Unit) label(d *diag.Diagnostic, origins []model.Origin) {
	for i, o := range origins {
		span, ok := u.Place(o)
		switch {
		case !ok:
		case i == 0:
			d.Primary.Span = span
		case len(d.Secondary) < 3:
			d.Secondary = append(d.Secondary, diag.Label{Span: span, Text: "here too"})
		}
	}
}

// severalEnvironments says that one of them has to be chosen.
func (u *Unit) severalEnvironments() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.CannotExport, Message: "cannot write several environments: a model is one system, in which what fails is fixed",
		Help: "choose one with `--env`, for example `--env " + u.Environments[0].Name + "`",
	}
	var origins []model.Origin
	for _, e := range u.Environments {
		if e.Origin > 0 {
			origins = append(origins, e.Origin)
		}
	}
	u.label(&d, origins)
	return d
}
