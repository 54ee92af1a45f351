package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"chorcheck/internal/bug"
	"chorcheck/internal/expect"
	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/html"
	"chorcheck/report/text"
	"chorcheck/verify"
)

type verifyFlags struct {
	loadFlags
	only, skip            []string
	fairness              string
	witness               bool
	report                reportFlags
	maxStates             uint64
	maxDepth, maxFindings int
	timeout               time.Duration
	memory                string
	workers               int
	noProgress, fullTrace bool
	coverage              bool
	minCoverage           float64
	svg                   string // a directory
	reduce                []string
	store                 storeFlags
	order                 orderFlags
	keep                  keepFlags
	engine                engineFlags
	cache                 cacheFlags
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify FILE...",
		Short: "Check protocols and show what can go wrong",
		Long: `Explores all runs of each protocol, in each of its environments, and decides the
built-in checks. An environment says what may fail: crashes, losses, ..

FILE is a file, a directory (searched for .chor and .fsa files), a pattern, or - for
standard input. All files go into one report. Settings can
stand in a chorcheck.yaml above FILE; options win over them: chorcheck config --help.

Exit code: 0 everything holds, 1 something is violated, an expectation is unmet or the
coverage too low, 3 something was not decided, 4 a text is rejected, 64 usage or input
and output.`,
		Example: `  chorcheck verify payment.chor
  chorcheck verify --channels 'fifo 1' --set n=5 specs/two-phase-commit.chor
  chorcheck verify --env rough --coverage payment.chor
  chorcheck verify --faults 'crash Bank; at most 1' payment.chor
  chorcheck verify --only deadlock,stuck --timeout 1m ring.fsa
  chorcheck verify --format json payment.chor > report.json
  chorcheck verify --format text --format sarif=out.sarif --format junit=out.xml specs
  chorcheck verify --baseline known.json specs
  chorcheck verify --profile ci specs`,
		Args: arguments(1, -1, "a file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.verify(cmd.Context(), f, args) },
	}
	f.register(cmd)
	return cmd
}

// register adds all flags to a command.
func (f *verifyFlags) register(cmd *cobra.Command) {
	f.add(cmd)
	f.addEnvironments(cmd)
	fl := cmd.Flags()
	fl.StringSliceVar(&f.only, "only", nil, "only these checks and properties: deadlock,stuck")
	fl.StringVar(&f.fairness, "fairness", "weak", "which runs count for properties: none (all), weak (what stays enabled is done at some time), strong (what is enabled again and again is done again and again)")
	fl.BoolVar(&f.witness, "witness", false, "show a run for each property that asks for one (sometimes ..)")
	fl.StringSliceVar(&f.skip, "skip", nil, "all but these checks")
	f.report.add(cmd)
	fl.StringVar(&f.svg, "svg", "", "draw the run of each finding into a file in the directory `DIR`, which is made if need be")
	fl.Uint64Var(&f.maxStates, "max-states", 0, "stop after so many states (0: no limit)")
	fl.IntVar(&f.maxDepth, "max-depth", 0, "stop at this depth (0: no limit)")
	fl.DurationVar(&f.timeout, "timeout", 0, "stop after this time, for each file: 90s, 5m (0: no limit)")
	fl.StringVar(&f.memory, "memory", "", "the memory of the program: 512MiB, 8GiB; a search that needs more writes to disk, and stops if that is not enough")
	fl.StringSliceVar(&f.reduce, "reduce", []string{"auto"}, "leave out what makes no difference: por,symmetry,deadvars,parts; none; or auto: what preserves all selected checks")
	f.engine.add(cmd)
	f.order.add(cmd)
	f.store.add(cmd)
	f.keep.add(cmd)
	f.cache.add(cmd)
	fl.IntVar(&f.workers, "workers", 0, "threads of the search (0: one for each processor)")
	fl.IntVar(&f.maxFindings, "max-findings", 0, "findings of one check that are shown (0: 10)")
	fl.BoolVar(&f.noProgress, "no-progress", false, "no progress line on a terminal")
	fl.BoolVar(&f.fullTrace, "full-trace", false, "show all runs, all of their steps, and all expectations that are undecided")
	fl.BoolVar(&f.coverage, "coverage", false, "show what becomes of each fault at each place where it can strike")
	fl.Float64Var(&f.minCoverage, "min-coverage", 0, "the percentage of strikes that have to be handled or tolerated: 95 (implies --coverage)")
}

// mostWorkers bounds the threads: each takes memory, whatever there is for it to do.
const mostWorkers = 1024

// checkFlags finds mistakes before any file is read.
func (f *verifyFlags) checkFlags() (lang.Options, verify.Options, error) {
	var opt verify.Options
	load, err := f.options()
	if err != nil {
		return load, opt, err
	}
	if err := checkIDs(nil, f.only, f.skip); err != nil {
		return load, opt, err
	}
	if err := someCheckLeft(f.only, f.skip); err != nil {
		return load, opt, err
	}
	for _, n := range []struct {
		flag  string
		value int
	}{{"--max-depth", f.maxDepth}, {"--workers", f.workers}, {"--max-findings", f.maxFindings}} {
		if n.value < 0 {
			return load, opt, usage("", "%s cannot be negative", n.flag)
		}
	}
	if f.workers > mostWorkers {
		return load, opt, usage("0 is one for each processor", "--workers is at most %d", mostWorkers)
	}
	if f.keep.every <= 0 {
		return load, opt, usage("for example --checkpoint-every 1m", "--checkpoint-every has to be positive")
	}
	if f.timeout < 0 {
		return load, opt, usage("", "--timeout cannot be negative")
	}
	if !(f.minCoverage >= 0 && f.minCoverage <= 100) { // not a number is neither
		return load, opt, usage("for example --min-coverage 95", "--min-coverage takes a percentage")
	}
	memory, err := parseBytes(f.memory)
	if err != nil {
		return load, opt, err
	}
	reduce, err := f.reductions()
	if err != nil {
		return load, opt, err
	}
	order, sampling, err := f.order.order()
	if err != nil {
		return load, opt, err
	}
	sampling.Seed = f.store.seed
	storage, err := f.store.storage(order)
	if err != nil {
		return load, opt, err
	}
	engine, err := f.engine.engine()
	if err != nil {
		return load, opt, err
	}
	fairness, err := f.runs()
	if err != nil {
		return load, opt, err
	}
	opt = verify.Options{
		Fairness: fairness,
		Engine:   engine, Certify: f.engine.certify,
		SpillDir: f.keep.spillDir, Reduce: reduce, Store: storage, Order: order, Sampling: sampling,
		Only: f.only, Skip: f.skip, Workers: f.workers, MaxStates: f.maxStates, MaxDepth: f.maxDepth,
		Memory: memory, MaxFindings: f.maxFindings,
		KeepCrashed: f.crashQueue == "keep", Coverage: f.coverage || f.minCoverage > 0,
	}
	if f.report.baseline != "" && opt.MaxFindings == 0 {
		opt.MaxFindings = manyFindings
	}
	return load, opt, nil
}

// runs reads --fairness.
func (f *verifyFlags) runs() (verify.Fairness, error) {
	if err := oneOf("--fairness", f.fairness, "none", "weak", "strong"); err != nil {
		return 0, err
	}
	return map[string]verify.Fairness{"none": verify.NoFairness, "weak": verify.WeakFairness, "strong": verify.StrongFairness}[f.fairness], nil
}

// reductions reads --reduce.
func (f *verifyFlags) reductions() (verify.Reduce, error) {
	var r verify.Reduce
	for _, name := range f.reduce {
		switch name {
		case "por":
			r.PartialOrder = true
		case "symmetry":
			r.Symmetry = true
		case "deadvars":
			r.DeadVariables = true
		case "parts":
			r.Parts = true
		case "auto", "none":
			if len(f.reduce) > 1 {
				return r, usage("", "--reduce %s goes with nothing else", name)
			}
		default:
			return r, usage("for example --reduce por,symmetry", "--reduce takes auto, none, or some of por, symmetry, deadvars and parts, not %q", name)
		}
	}
	switch {
	case len(f.reduce) == 0:
		return r, usage("for example --reduce por,symmetry", "--reduce needs a value")
	case f.reduce[0] == "auto":
		r = verify.AutoReduce(f.only, f.skip, f.coverage || f.minCoverage > 0)
	}
	return r, nil
}

// checkIDs refuses names that are neither a check's nor a property's. Which properties there are is known only when a
// file has been read: before that, properties is nil, and what could be the name of one is let through.
func checkIDs(properties []*model.Property, lists ...[]string) error {
	ids := []string{}
	for _, c := range verify.Checks() {
		ids = append(ids, c.ID)
	}
	for _, id := range slices.Concat(lists...) {
		if slices.Contains(ids, id) || properties == nil && isName(id) ||
			slices.ContainsFunc(properties, func(p *model.Property) bool { return p.Name == id }) {
			continue
		}
		all := ids
		for _, p := range properties {
			all = append(all, p.Name)
		}
		hint := "the checks are " + strings.Join(ids, ", ")
		if len(properties) > 0 {
			hint += "; the properties are " + strings.Join(all[len(ids):], ", ")
		}
		if near := diag.Nearest(id, all); near != "" {
			hint = fmt.Sprintf("did you mean `%s`?", near)
		}
		return usage(hint, "there is no check or property %q", id)
	}
	return nil
}

// isName reports whether a property could be called so.
func isName(id string) bool {
	return id != "" && strings.IndexFunc(id, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
}

// someCheckLeft refuses --only and --skip that together leave nothing to decide:
// that everything holds would be no news.
func someCheckLeft(only, skip []string) error {
	if slices.ContainsFunc(only, func(id string) bool {
		return !slices.Contains(skip, id) && !slices.ContainsFunc(verify.Checks(), func(c verify.Check) bool { return c.ID == id })
	}) {
		return nil // a property
	}
	for _, c := range verify.Checks() {
		if (len(only) == 0 || slices.Contains(only, c.ID)) && !slices.Contains(skip, c.ID) {
			return nil
		}
	}
	return usage("leave out one of --only and --skip", "--only and --skip leave no check to decide")
}

// parseBytes reads the value of --memory.
func parseBytes(s string) (int64, error) { return parseBytesOf("--memory", s) }

// parseBytesOf reads 8GiB, 512MiB, 8GB, 8G, 1000; "" is 0.
func parseBytesOf(flag, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	digits := strings.TrimRight(s, "KMGTiBbkmgt ")
	unit, ok := map[string]int64{
		"": 1, "b": 1,
		"k": 1 << 10, "kib": 1 << 10, "kb": 1e3, "m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
		"g": 1 << 30, "gib": 1 << 30, "gb": 1e9, "t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
	}[strings.ToLower(strings.TrimSpace(s[len(digits):]))]
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 1 || n > (1<<62)/unit {
		return 0, usage("for example "+flag+" 8GiB", "%s takes a number of bytes, not %q", flag, s)
	}
	return n * unit, nil
}

func (a *app) verify(ctx context.Context, f verifyFlags, args []string) error {
	to, err := f.report.destinations()
	if err != nil {
		return err
	}
	a.promise = promise(to)
	names, troubles := expand(args, ".chor", ".fsa")
	given := f // without what configurations say
	texts, err := a.configured(&f, names)
	if err != nil {
		return err
	}
	if to, err = f.report.destinations(); err != nil {
		return err
	}
	a.promise = promise(to)
	for i := range texts {
		if slices.ContainsFunc(to, func(t destination) bool { return t.format == "html" }) {
			texts[i].opt.Course = html.Steps + 1
		}
	}
	r := &report.Report{Version: a.version, Errors: troubles}
	if r.Strict, r.FailOn, err = f.report.counts(); err != nil {
		return err
	}
	if r.Root, err = os.Getwd(); err != nil {
		return err
	}
	if a.resuming != nil { // the findings are those of the command that was interrupted
		r.Root = a.resuming.Directory
	}
	if err := f.report.checkFiles(to, names); err != nil {
		return err
	}
	if f.svg != "" {
		if err := makeDirectory("--svg", f.svg); err != nil {
			return err
		}
	}
	known, err := f.report.readBaseline()
	if err != nil {
		return err
	}
	var keep *keeper
	if f.keep.checkpoint != "" {
		if keep, err = a.newKeeper(&given, texts, names); err != nil {
			return err
		}
	}
	f.cache.begin(a.version)
	for i, name := range names {
		t := texts[i]
		if keep != nil {
			t.opt.Checkpoint = keep.of(i)
		}
		src, err := a.read(name)
		if err != nil {
			r.Errors = append(r.Errors, report.Trouble{File: name, Message: reason(err)})
			continue
		}
		if !t.flags.cache.off {
			t.flags.cache = f.cache
		}
		u := lang.Load(src, t.load)
		placed(u, t.settings)
		if wrong := expected(u, t.settings); len(wrong) > 0 {
			r.Errors = append(r.Errors, wrong...)
			continue
		}
		file, err := a.verifyUnit(ctx, *t.flags, u, t.load, t.opt)
		if err != nil {
			err = blame(t.settings, err)
			t := report.Trouble{File: name, Message: err.Error()}
			if large := (*verify.StoreTooLargeError)(nil); errors.As(err, &large) {
				t.Hint = "a smaller --bitstate-memory may do"
			}
			if h := (*hinted)(nil); errors.As(err, &h) {
				t.Hint = h.hint
			}
			r.Errors = append(r.Errors, t)
			continue
		}
		r.Files = append(r.Files, file)
	}
	if superseded(ctx) {
		return errSuperseded
	}
	f.report.compare(r, known)
	if f.svg != "" {
		pictures(r, f.svg)
	}
	style := a.outStyle()
	style.FullTrace, style.Witness = f.fullTrace, f.witness
	a.write(r, to, style)
	text.Troubles(a.Err, r.Errors, a.errStyle())
	return nil
}

// verifyUnit verifies one text under its own time limit. The error says that there is no
// memory for the store, or is about the disk.
func (a *app) verifyUnit(ctx context.Context, f verifyFlags, u *lang.Unit, load lang.Options, opt verify.Options) (report.File, error) {
	out := fileReport(u, load)
	out.Settings.KeepCrashed = opt.KeepCrashed
	out.Coverage, out.MinCoverage = opt.Coverage, f.minCoverage
	if u.Rejected() {
		return out, nil
	}
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	if opt.Memory > 0 {
		// Where memory cannot be mapped it is the collector that has to keep the limit.
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(opt.Memory))
	}
	opt.Interactions, opt.Environments, opt.Properties = u.Interactions, u.Environments, u.Properties
	if err := checkIDs(append([]*model.Property{}, u.Properties...), opt.Only, opt.Skip); err != nil {
		return out, err
	}
	if isTerminal(a.Err) && !f.noProgress {
		line := &progressLine{w: a.Err, name: u.File.Name}
		opt.Progress = line.show
		defer line.erase()
	}
	result, keepResult := f.cache.recalled(u, load, opt)
	var err error
	if out.Cached = result != nil; !out.Cached {
		result, err = verify.Verify(ctx, u.Automata, opt)
	}
	if d, ok := tooLarge(u, err); ok {
		out.Diagnostics = append(slices.Clone(out.Diagnostics), d)
		return out, nil
	}
	large, disk := (*verify.StoreTooLargeError)(nil), (*verify.DiskError)(nil)
	if errors.As(err, &large) || errors.As(err, &disk) {
		return out, err
	}
	if err != nil { // the checks' names were looked at before
		bug.Panicf("verifying %s: %v", u.File.Name, err)
	}
	if !out.Cached && ctx.Err() == nil {
		keepResult(result)
	}
	out.Result = result
	out.Expectations = expect.Compare(u, result, len(load.Env) == 0 && load.Faults == "")
	return out, nil
}
