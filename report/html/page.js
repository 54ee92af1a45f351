(function () {
  "use strict";
  document.documentElement.classList.add("js");
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));
  const byId = (id) => (id ? document.getElementById(id) : null);

  // A run has states, of which one is shown. Their numbers may have gaps.
  const runs = all(document, ".run").map(setUp);
  let current = runs[0];

  function setUp(node) {
    const run = {
      node,
      finding: node.closest(".finding"),
      states: all(node, ".state"),
      items: all(node, ".steps li"),
      chart: node.querySelector(".panes .chart"),
      slider: node.querySelector("input"),
      words: node.querySelector("output"),
      at: 0,
    };
    run.svg = run.chart && run.chart.querySelector("svg");
    run.slider.max = String(run.states.length - 1);
    node.querySelector(".stepper").hidden = false;
    node.addEventListener("click", (e) => clicked(run, e));
    run.slider.addEventListener("input", () => select(run, Number(run.slider.value), true));
    select(run, run.states.length - 1, false);
    return run;
  }

  function numberOf(run, i) { return Number(run.states[i].dataset.step); }
  function indexOf(run, number) { return run.states.findIndex((s) => Number(s.dataset.step) === number); }

  function select(run, index, chosen) {
    const i = Math.min(Math.max(index, 0), run.states.length - 1);
    const number = numberOf(run, i);
    const total = numberOf(run, run.states.length - 1);
    run.at = i;
    run.states.forEach((s, k) => s.classList.toggle("on", k === i));
    for (const item of run.items) {
      const link = item.querySelector("a[data-step]");
      const on = link !== null && Number(link.dataset.step) === number;
      item.classList.toggle("on", on);
      if (!link) continue;
      if (on) {
        link.setAttribute("aria-current", "step");
        if (chosen) keepInView(item.parentElement, item.offsetTop - item.parentElement.offsetTop, item.offsetHeight);
      } else {
        link.removeAttribute("aria-current");
      }
    }
    const words = "step " + number + " of " + total;
    run.slider.value = String(i);
    run.slider.setAttribute("aria-valuetext", words);
    run.words.textContent = words;
    run.node.dataset.at = String(number);
    for (const button of all(run.node, "button[data-go]")) {
      const back = button.dataset.go === "first" || button.dataset.go === "back";
      button.disabled = back ? i === 0 : i === run.states.length - 1;
    }
    showInChart(run, number, chosen);
    if (!chosen) return;
    current = run;
    showLine(run.states[i].dataset.line);
    try { history.replaceState(null, "", "#" + run.states[i].id); } catch { /* the address stays */ }
  }

  // What comes after the step is pale, and a bar lies over its row.
  function showInChart(run, number, chosen) {
    if (!run.svg) return;
    let row = null;
    for (const g of all(run.svg, "g[data-step]")) {
      const n = Number(g.dataset.step);
      g.classList.toggle("later", n > number);
      g.classList.toggle("on", n === number);
      if (n === number) row = g;
    }
    for (const g of all(run.svg, "g.fold")) {
      g.classList.toggle("later", Number(g.dataset.from) > number);
      if (Number(g.dataset.from) <= number && number <= Number(g.dataset.to)) row = g;
    }
    const old = run.svg.querySelector(".cursor");
    if (old) old.remove();
    const label = row && row.querySelector("text.en");
    if (!label) return;
    const y = Number(label.getAttribute("y")) - 4;
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("class", "cursor");
    bar.setAttribute("x", "4");
    bar.setAttribute("y", String(y - 11));
    bar.setAttribute("width", String(Math.max(run.svg.viewBox.baseVal.width - 8, 0)));
    bar.setAttribute("height", "22");
    bar.setAttribute("rx", "4");
    bar.setAttribute("pointer-events", "none");
    run.svg.appendChild(bar);
    if (chosen) keepInView(run.chart, y - 40, 100);
  }

  // Scrolls a box, and not the page.
  function keepInView(box, top, height) {
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
  }

  function showLine(id) {
    for (const line of all(document, ".source li.on")) line.classList.remove("on");
    const line = byId(id);
    if (!line) return;
    line.classList.add("on");
    const box = line.closest(".source");
    if (box.scrollHeight > box.clientHeight) {
      const top = line.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
      keepInView(box, top - 60, 140);
    }
  }

  const moves = {
    first: () => 0,
    back: (run) => run.at - 1,
    on: (run) => run.at + 1,
    last: (run) => run.states.length - 1,
  };

  function go(run, move) { select(run, moves[move](run), true); }

  function clicked(run, e) {
    const button = e.target.closest("button[data-go]");
    if (button) { go(run, button.dataset.go); return; }
    const step = e.target.closest("[data-step]");
    if (!step || step.classList.contains("state")) return;
    const i = indexOf(run, Number(step.dataset.step));
    if (i < 0) return;
    e.preventDefault();
    select(run, i, true);
  }

  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || !current) return;
    if (e.target.matches("input, textarea, select, .wide, .source")) return; // they have keys of their own
    const own = e.target.closest(".finding");
    const run = (own && runs.find((r) => r.finding === own)) || current;
    const move = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last" }[e.key];
    if (move) {
      if ((move === "first" || move === "last") && !own) return; // of the page
      go(run, move);
    } else if (e.key === "[" || e.key === "]") {
      const next = runs[runs.indexOf(run) + (e.key === "]" ? 1 : -1)];
      if (!next) return;
      current = next;
      next.finding.scrollIntoView();
      next.finding.focus({ preventScroll: true });
      select(next, next.at, true);
    } else {
      return;
    }
    e.preventDefault();
  });

  for (const keys of all(document, ".keys")) keys.hidden = false;

  // The address may name a step, a counterexample, or a cell of the matrix.
  function follow() {
    const node = byId(location.hash.slice(1));
    for (const link of all(document, ".matrix a[aria-current]")) link.removeAttribute("aria-current");
    for (const strike of all(document, ".strike.on")) strike.classList.remove("on");
    if (!node) return;
    if (node.classList.contains("strike")) {
      node.classList.add("on");
      for (const link of all(document, ".matrix a")) {
        if (link.getAttribute("href") === "#" + node.id) link.setAttribute("aria-current", "true");
      }
      node.scrollIntoView({ block: "nearest" });
      return;
    }
    const run = runs.find((r) => r.node.contains(node) || r.finding === node);
    if (!run) return;
    current = run;
    const i = run.states.indexOf(node);
    if (i >= 0) {
      select(run, i, true);
      run.finding.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", follow);
  follow();
})();
