package svg

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(string(want), got))
}

func draw(t *testing.T, c Chart, opt Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Sequence(&b, c, opt))
	return b.String()
}

func drawWaits(t *testing.T, c Chart) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Waits(&b, c, Options{}))
	return b.String()
}

// wellFormed decodes a picture: its texts, and that its ids are unique, its root is for
// readers who hear it, and nothing hidden is in it.
func wellFormed(t *testing.T, picture string) (texts []string) {
	t.Helper()
	require.True(t, utf8.ValidString(picture))
	for _, r := range picture {
		require.False(t, r != '\n' && report.Hidden(r), "%q", r)
	}
	d := xml.NewDecoder(strings.NewReader(picture))
	ids := map[string]bool{}
	elements := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Name.Local] = a.Value
				require.NotContains(t, attributes[a.Name.Local], "NaN")
				require.NotContains(t, attributes[a.Name.Local], "Inf")
			}
			if elements == 0 {
				assert.Equal(t, "svg", token.Name.Local)
				assert.Equal(t, "img", attributes["role"])
			}
			elements++
			if id := attributes["id"]; id != "" {
				assert.False(t, ids[id], "the id %s is there twice", id)
				ids[id] = true
			}
			assert.NotContains(t, []string{"script", "image", "a", "foreignObject", "use"}, token.Name.Local)
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
	assert.True(t, slices.ContainsFunc([]string{"title"}, func(id string) bool { return ids[id] || ids["c-x-"+id] }))
	return texts
}

// inside asserts that texts and lines are within the picture.
func inside(t *testing.T, picture string) {
	t.Helper()
	size := regexp.MustCompile(`viewBox="0 0 ([0-9.]+) ([0-9.]+)"`).FindStringSubmatch(picture)
	wide, _ := strconv.ParseFloat(size[1], 64)
	high, _ := strconv.ParseFloat(size[2], 64)
	for _, m := range regexp.MustCompile(` (x|y|x1|x2|y1|y2|cx|cy)="([-0-9.]+)"`).FindAllStringSubmatch(picture, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		require.NoError(t, err)
		most := wide
		if strings.Contains(m[1], "y") {
			most = high
		}
		assert.True(t, v >= 0 && v <= most, "%s=%s in a picture of %g x %g", m[1], m[2], wide, high)
	}
	for _, m := range regexp.MustCompile(`<text class="([^"]*) en" x="([-0-9.]+)" y="[-0-9.]+">([^<]*)<`).FindAllStringSubmatch(picture, -1) {
		x, _ := strconv.ParseFloat(m[2], 64)
		assert.GreaterOrEqual(t, x-width(m[3], sizeSmall), 0.0, m[3])
	}
}

const thirty = `choreography Round
role Hub, W[28], Last
channels fifo 1
environment dying { crash Last; at most 1 }
for i in 0..27 {
  Hub -> W[i]: job
  W[i] -> Hub: done
}
Hub -> Last: close
Last -> Hub: closed
`

// hand are automata of three roles, and a long run of them that was put together by hand.
func hand() (*model.Automata, verify.Finding) {
	a := &model.Automata{
		Roles: []model.Role{{Name: "A"}, {Name: "B"}, {Name: "C"}}, Labels: []string{"m"},
		Channels: model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: 4}},
	}
	for range a.Roles {
		a.Machines = append(a.Machines, model.Machine{
			States:      []model.LocalState{{Name: "0"}},
			Transitions: []model.Transition{{Kind: model.Internal}},
		})
	}
	f := verify.Finding{
		Message: "A and B go round and round", Loop: "A, B",
		Final: &verify.Configuration{Roles: []verify.RoleState{
			{Role: "A", State: "0"}, {Role: "B", State: "0"},
			{Role: "C", State: "0", Waits: []verify.Wait{{For: "to receive m from A", On: "A"}}},
		}},
		Blocked: []verify.Blocked{{Role: 2, Place: "C@0"}},
	}
	for i := range 200 {
		m := fmt.Sprintf("m(%d)", i/4)
		s := verify.Step{Transition: 0, PeerTrans: -1, Role: model.RoleID(i / 2 % 2), Peer: model.RoleID(1 - i/2%2), Kind: "send", Message: m}
		s.Action = fmt.Sprintf("%s -> %s: %s", a.Roles[s.Role].Name, a.Roles[s.Peer].Name, m)
		if i%2 == 1 {
			s.Role, s.Peer, s.Kind = s.Peer, s.Role, "receive"
			s.Action = fmt.Sprintf("%s <- %s: %s", a.Roles[s.Role].Name, a.Roles[s.Peer].Name, m)
		}
		f.Trace = append(f.Trace, s)
	}
	return a, f
}

// TestGolden draws findings of different kinds.
func TestGolden(t *testing.T) {
	charts := map[string]Chart{
		"deadlock":  pick(t, spec(t, "philosophers.chor"), "calm", "deadlock").chart(t),
		"crash":     pick(t, spec(t, "failures/commit-blocking.chor"), "crashing", "silent-survivor").chart(t),
		"timers":    pick(t, spec(t, "failures/retry-stale.chor"), "calm", "stale-reception").chart(t),
		"scopes":    pick(t, spec(t, "failures/saga-after.chor"), "calm", "deadlock").chart(t),
		"partition": pick(t, spec(t, "failures/partition.chor"), "split", "deadlock").chart(t),
		"stray":     pick(t, spec(t, "failures/out-of-band.chor"), "noisy", "deadlock").chart(t),
		"30-roles":  pick(t, findings(t, "round.chor", thirty, verify.Options{}), "dying", "deadlock").chart(t),
	}
	a, f := hand()
	long, ok := FromFinding(Network{Automata: a, Title: "a long run"}, f)
	require.True(t, ok)
	long.Cycle = &Cycle{From: 190, To: 199}
	charts["200-steps"] = long
	for name, c := range charts {
		t.Run(name, func(t *testing.T) {
			picture := draw(t, c, Options{})
			wellFormed(t, picture)
			inside(t, picture)
			golden(t, name+".svg", picture)
			assert.Equal(t, picture, draw(t, c, Options{}))
		})
	}
	picture := drawWaits(t, charts["deadlock"])
	wellFormed(t, picture)
	inside(t, picture)
	golden(t, "waits.svg", picture)
}

// TestThirtyRoles: each has a lane, and the picture is not too wide to be looked at.
func TestThirtyRoles(t *testing.T) {
	c := pick(t, findings(t, "round.chor", thirty, verify.Options{}), "dying", "deadlock").chart(t)
	l := arrange(&c, fold(&c, false), 0)
	require.Len(t, l.x, 30)
	for i := range l.x[1:] {
		assert.GreaterOrEqual(t, l.x[i+1]-l.x[i], headWidth(&c, i)/2+headWidth(&c, i+1)/2)
	}
	assert.Less(t, l.x[29], 3000.0)
}

func rowsOf(rows []row) string {
	var parts []string
	for _, r := range rows {
		text := fmt.Sprint(r.from)
		if r.folded() {
			text = fmt.Sprintf("%d-%d", r.from, r.to-1)
			if r.idle {
				text += "!"
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func TestFold(t *testing.T) {
	chart := func(n int, causal func(i int) bool) *Chart {
		c := &Chart{Steps: make([]Step, n)}
		for i := range c.Steps {
			c.Steps[i].Causal = causal(i)
		}
		return c
	}
	all := func(int) bool { return true }
	assert.Empty(t, fold(chart(0, all), false))
	assert.Len(t, fold(chart(foldAt, func(int) bool { return false }), false), foldAt, "short runs are not folded")
	assert.Equal(t, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14-179 180 181 182 183 184 185 186 187 188 189 190 191 192 193 194 195 196 197 198 199",
		rowsOf(fold(chart(200, all), false)))
	assert.Len(t, fold(chart(200, all), true), 200)
	few := func(i int) bool { return i == 3 || i == 5 || i == 50 }
	assert.Equal(t, "0 1-2! 3 4 5 6-49! 50 51-98! 99", rowsOf(fold(chart(100, few), false)), "one step alone is not folded")
	long := chart(200, all)
	long.Cycle = &Cycle{From: 100, To: 199}
	assert.Contains(t, rowsOf(fold(long, false)), " 14-99 100 101-179 ")
}

// TestStepsCanBeFound by those who light them up one after another.
func TestStepsCanBeFound(t *testing.T) {
	c := pick(t, spec(t, "failures/saga-after.chor"), "calm", "deadlock").chart(t)
	picture := draw(t, c, Options{IDs: "X"})
	wellFormed(t, picture)
	for i := range c.Steps {
		assert.Contains(t, picture, fmt.Sprintf(`id="c-x-step-%d"`, i+1))
		assert.Contains(t, picture, fmt.Sprintf(`data-step="%d"`, i+1))
	}
	assert.Contains(t, picture, "saga-after.chor:")
}

func TestThemes(t *testing.T) {
	c := Chart{Lanes: []Lane{{"A"}}}
	auto, light, dark := draw(t, c, Options{}), draw(t, c, Options{Theme: Light}), draw(t, c, Options{Theme: Dark})
	assert.Contains(t, auto, "prefers-color-scheme:dark")
	assert.NotContains(t, light, "prefers-color-scheme")
	assert.NotContains(t, dark, "prefers-color-scheme")
	assert.Contains(t, light, "#ffffff")
	assert.NotContains(t, dark, "#ffffff")
	for _, c := range colours {
		assert.Contains(t, light, c.light)
		assert.Contains(t, dark, c.dark)
		assert.Contains(t, auto, c.dark)
	}
}

// TestFatesLookDifferent, not only in their colours.
func TestFatesLookDifferent(t *testing.T) {
	seen := map[string]Arrow{}
	colours := regexp.MustCompile(`[fs]-(ink|mut|blue|red|orange|purple)`)
	for _, a := range []Arrow{
		{Fate: Queued}, {Fate: Received}, {Fate: Stale}, {Fate: Late}, {Fate: Ignored}, {Fate: Lost}, {Fate: Nowhere}, {Fate: Emptied},
		{Fate: Received, Sync: true}, {Fate: Received, Stray: true}, {Fate: Received, Overtakes: 1}, {Fate: Received, Doubled: true}, {Fate: Received, Copy: true},
	} {
		a.To, a.Sent, a.Text = 1, 0, "m"
		a.Until = 1
		if a.Sync || !a.endsAtLane() {
			a.Until = 0
		}
		if a.Fate == Queued {
			a.Until = -1
		}
		c := Chart{Lanes: []Lane{{"A"}, {"B"}}, Steps: []Step{{Causal: true}, {Causal: true}}, Arrows: []Arrow{a}}
		picture := draw(t, c, Options{})
		_, picture, _ = strings.Cut(picture, `id="step-1"`)
		picture, _, _ = strings.Cut(picture, `id="step-2"`)
		key := colours.ReplaceAllString(picture, "")
		other, twice := seen[key]
		assert.False(t, twice, "%+v looks like %+v", a, other)
		seen[key] = a
	}
}

// hostile names.
var hostile = []string{
	`<script>alert(1)</script>`, `"quoted' & ]]> <!-- --> &amp;`, "\x1b[31mred\x00\x07", "\u202eevil\u2066\u200b", "a\nb\tc",
	"\xff\xfe bytes", "\ufffe\uffff", strings.Repeat("x", 10_000), strings.Repeat("\u0301", 10_000), strings.Repeat("界", 9_999), "", "\U000e0041",
}

func TestHostileNames(t *testing.T) {
	a, f := hand()
	for _, name := range hostile {
		for i := range a.Roles {
			a.Roles[i].Name = name + fmt.Sprint(i)
		}
		f.Message, f.Fault, f.Loop = name, name, name
		f.Trace = f.Trace[:8]
		for i := range f.Trace {
			f.Trace[i].Action, f.Trace[i].Message = name, name
			f.Trace[i].Inside = []verify.Inside{{Name: name, Part: i % 2, Scope: 3}}
		}
		f.Final.Roles[2].Waits = []verify.Wait{{For: "to receive " + name, On: name + "0"}}
		f.Final.Queues = []verify.QueueState{{Name: name, Messages: []string{name, name}, Capacity: 2}}
		f.Final.Links, f.Final.Cycle = []string{name}, []string{name + "0", name + "2", name + "0"}
		at := func(model.Origin) string { return name }
		c, ok := FromFinding(Network{Automata: a, Title: name, At: at}, f)
		require.True(t, ok)
		picture := draw(t, c, Options{IDs: name})
		assert.Less(t, len(picture), 1_200_000)
		d := xml.NewDecoder(strings.NewReader(picture))
		whole := false
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "%.40q", name)
			if data, isText := token.(xml.CharData); isText {
				whole = whole || strings.Contains(strings.ReplaceAll(report.Printable(string(data)), `\\`, `\`), strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`).Replace(report.Printable(name+"0")))
			}
		}
		assert.True(t, whole, "the name %.40q is not there in full", name)
		for _, r := range picture {
			require.False(t, r != '\n' && report.Hidden(r), "%q", r)
		}
		inside(t, picture)
		d = xml.NewDecoder(strings.NewReader(drawWaits(t, c)))
		for {
			if _, err := d.Token(); err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
		}
	}
}

func TestShorten(t *testing.T) {
	assert.Equal(t, "order", shorten("order", sizeText, 200))
	assert.Equal(t, `\x1b[0m`, shorten("\x1b[0m", sizeText, 200))
	short := shorten(strings.Repeat("order ", 100), sizeText, 80)
	assert.True(t, strings.HasSuffix(short, "…"))
	assert.LessOrEqual(t, width(short, sizeText), 80.0)
	assert.Equal(t, "…", shorten("order", sizeText, 1))
	assert.Equal(t, []string{"one two", "three four", "five six…"}, wrap("one two three four five six seven", sizeText, width("three four ", sizeText), 3))
	assert.Equal(t, []string{"one…", "two"}, wrap("oneoneone two", sizeText, width("one…", sizeText)+1, 3))
	assert.Empty(t, wrap("", sizeText, 100, 3))
	assert.Equal(t, "ab…", cut("abcd", 2))
	assert.Equal(t, "…", cut("界界", 2), "characters are not cut")
}

func TestEscaped(t *testing.T) {
	assert.Equal(t, `&lt;a b=&quot;c&#39;&quot;&gt;&amp;\x07\u202e\ufffe`, escaped("<a b=\"c'\">&\a\u202e\ufffe"))
}

// TestWaitsWithoutDirection: a role that waits for nobody, for somebody unknown, and for itself.
func TestWaitsWithoutDirection(t *testing.T) {
	c := Chart{Lanes: []Lane{{"A"}, {"B"}, {"C"}}, Ends: []End{
		{Status: Blocked}, {Status: Waiting, Waits: []Wait{{"to receive m from Z", -1}}}, {Status: Blocked, Waits: []Wait{{"to receive m from C", 2}}},
	}}
	texts := wellFormed(t, drawWaits(t, c))
	for _, name := range []string{"A", "B", "C"} {
		assert.Contains(t, texts, name)
	}
	assert.Contains(t, wellFormed(t, drawWaits(t, Chart{})), "nobody waits for anybody")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestErrorOfTheWriter(t *testing.T) {
	require.Error(t, Sequence(brokenWriter{}, Chart{}, Options{}))
	require.Error(t, Waits(brokenWriter{}, Chart{}, Options{}))
}

func TestFileNames(t *testing.T) {
	var names FileNames
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{[]string{"Payment", "rough", "deadlock"}, "payment-rough-deadlock.svg"},
		{[]string{"payment", "rough", "deadlock"}, "payment-rough-deadlock-2.svg"},
		{[]string{"payment", "rough", "deadlock-2"}, "payment-rough-deadlock-2-2.svg"},
		{[]string{"../../etc/passwd"}, "etc-passwd.svg"},
		{[]string{"..", "/", ".", "\\", "\x00"}, "chart.svg"},
		{nil, "chart-2.svg"},
		{[]string{"con"}, "chart-con.svg"},
		{[]string{"LPT1"}, "chart-lpt1.svg"},
		{[]string{"\u202eW[0]\n", "-rf"}, "w-0-rf.svg"},
		{[]string{"Größe", "界"}, "gr-e.svg"},
	} {
		assert.Equal(t, test.want, names.Next(test.parts...), "%q", test.parts)
	}
	seen := map[string]bool{}
	for _, name := range slices.Concat(hostile, hostile) {
		got := names.Next(name, name, name, name, name, name)
		assert.Regexp(t, `^[a-z0-9][a-z0-9_-]*\.svg$`, got)
		assert.LessOrEqual(t, len(got), 180)
		assert.False(t, seen[got])
		seen[got] = true
	}
}
