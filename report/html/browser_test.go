package html

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report/internal/sample"
)

// browser is the name of a headless browser. Without one there is no test.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium here")
	return ""
}

// opened is a page after its script has run, as the browser has it.
func opened(t *testing.T, page, hash string, flags ...string) string {
	t.Helper()
	program := browser(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "page.html")
	require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	flags = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + filepath.Join(dir, "profile")}, flags...)
	out, err := exec.CommandContext(ctx, program, append(flags, "--dump-dom", "file://"+path+hash)...).Output()
	require.NoError(t, err)
	return string(out)
}

// title is what the document is called in the end.
func title(dom string) string {
	m := regexp.MustCompile(`<title>(.*?)</title>`).FindStringSubmatch(dom)
	if m == nil {
		return ""
	}
	return m[1]
}

// has looks for a pattern. A page is too long to be shown.
func has(t *testing.T, want bool, pattern, dom string) {
	t.Helper()
	if regexp.MustCompile(pattern).MatchString(dom) != want {
		t.Errorf("%s: %v is wanted", pattern, want)
	}
}

// withScript is a page with one more script, which its policy names, too.
func withScript(page, script string) string {
	page = strings.Replace(page, "script-src ", "script-src '"+digest(script)+"' ", 1)
	return strings.Replace(page, "</body>", "<script>"+script+"</script></body>", 1)
}

// TestBrowserSteps: the address, the buttons, the slider, the keys and a click on the
// chart choose a step; its state is shown, it is marked in the chart and in the list, and
// so is the line of the text.
func TestBrowserSteps(t *testing.T) {
	page := written(t, verified(t, "shop.chor", shop, Steps+1))
	dom := opened(t, withScript(page, `
		const at = [], run = document.querySelector(".run"), note = () => at.push(run.dataset.at);
		const press = (key, on) => { on.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})); note(); };
		const push = (go) => { run.querySelector("[data-go=" + go + "]").click(); note(); };
		note();
		push("first"); push("on"); push("on"); push("back"); push("last");
		press("ArrowLeft", document.body); press("ArrowLeft", document.body); press("ArrowRight", document.body);
		press("Home", run.querySelector(".chart")); press("ArrowLeft", document.body); press("End", run.querySelector(".chart"));
		const slider = run.querySelector("input"); slider.value = "1"; slider.dispatchEvent(new Event("input")); note();
		run.querySelector("#c-run1-step-3").dispatchEvent(new MouseEvent("click", {bubbles: true})); note();
		press("]", document.body);
		at.push(document.activeElement.id, location.hash.replace(/-step.*/, ""));
		press("[", document.body);
		run.querySelector(".steps a[data-step='2']").click(); note();
		at.push(location.hash);
		document.title = at.join(" ");`), "#finding-1-step-4")
	steps := regexp.MustCompile(`<article class="state[^"]*" id="finding-1-step-(\d+)"`).FindAllStringSubmatch(dom, -1)
	n := len(steps) - 1
	at := func(back int) string { return steps[n-back][1] }
	assert.Equal(t, strings.Join([]string{
		"4", "0", "1", "2", "1", at(0), at(1), at(2), at(1), "0", "0", at(0), "1", "3", "3", "finding-2", "#finding-2", "3", "2", "#finding-1-step-2",
	}, " "), title(dom))

	has(t, true, `<html lang="en" class="js">`, dom)
	has(t, true, `<div class="run" data-run="1" data-at="2">`, dom)
	has(t, true, `<article class="state on" id="finding-1-step-2"`, dom)
	assert.Len(t, regexp.MustCompile(`<article class="state( last)? on" id="finding-1-`).FindAllString(dom, -1), 1)
	has(t, true, `<a href="#finding-1-step-2" data-step="2" aria-current="step">`, dom)
	has(t, true, `<g id="c-run1-step-2" class="step[^"]* on" data-step="2">`, dom)
	has(t, true, `<g id="c-run1-step-3" class="step[^"]* later" data-step="3">`, dom)
	has(t, true, `class="cursor"`, dom)
	has(t, true, `<li id="line-1-\d+" value="\d+" class="on">`, dom)
	has(t, false, `class="stepper"[^>]*hidden`, dom)
}

// TestBrowserDrillsDown: the address of a cell of the matrix shows what is in it.
func TestBrowserDrillsDown(t *testing.T) {
	page := written(t, verified(t, "shop.chor", shop, 0))
	dom := opened(t, withScript(page, `
		const shown = () => Array.from(document.querySelectorAll(".strike")).filter((s) => getComputedStyle(s).display !== "none").map((s) => s.id).join();
		const before = shown();
		document.querySelectorAll(".matrix td a")[1].click();
		addEventListener("hashchange", () => { document.title = before + " then " + shown(); });`), "#strike-1-1")
	assert.Equal(t, "strike-1-1 then strike-1-2", title(dom))
	has(t, true, `href="#strike-1-2"[^>]* aria-current="true"`, dom)
	has(t, false, `href="#strike-1-1"[^>]* aria-current="true"`, dom)
}

// TestBrowserWithoutScript: the last state is shown, or the one that the address names.
func TestBrowserWithoutScript(t *testing.T) {
	// The page's own script is refused, the one that looks is not.
	page := strings.Replace(written(t, verified(t, "shop.chor", shop, Steps+1)), "script-src &#39;", "script-src 'sha256-"+strings.Repeat("A", 43)+"=' 'x", 1)
	look := `
		const shown = () => Array.from(document.querySelectorAll("#finding-1 .state, .strike")).filter((s) => getComputedStyle(s).display !== "none").map((s) => s.id).join();
		addEventListener("load", () => {
			const before = shown();
			addEventListener("hashchange", () => {
				document.title = [before, shown(), getComputedStyle(document.querySelector(".stepper")).display, document.documentElement.className].join(" ");
			});
			location.hash = "#finding-1-step-1";
		});`
	dom := opened(t, withScript(page, look), "#strike-1-1")
	assert.Regexp(t, "^strike-1-1,finding-1-step-[2-9] finding-1-step-1 none $", title(dom))
}

// TestBrowserHostileNames: names that are scripts do nothing.
func TestBrowserHostileNames(t *testing.T) {
	bad := `</title></style></script></svg><script>document.title='pwned'</script><img src="x" onerror="document.title='pwned'">`
	dom := opened(t, written(t, sample.Evil(bad)), "#finding-1-step-1")
	assert.Equal(t, "chorcheck: trouble", title(dom))
	has(t, true, regexp.QuoteMeta(`class="js"`), dom)
	has(t, false, "<img", dom)
	assert.Equal(t, 1, strings.Count(dom, "<script"))
}
