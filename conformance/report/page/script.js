"use strict";
(() => {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Filters: the pressed verdicts together, none meaning all, and the words of the search.
  const bar = $("#filters");
  const families = $$(".family").map((node) => ({
    node,
    open: node.open,
    results: $$(".result", node).map((result) => ({ node: result, text: null })),
  }));
  const total = families.reduce((sum, family) => sum + family.results.length, 0);
  const buttons = $$("button[data-filter]", bar);
  const search = $("#search");

  function matches(result, chosen, words) {
    if (chosen.length && !chosen.includes(result.node.dataset.verdict)) return false;
    if (!words.length) return true;
    if (result.text === null) result.text = (result.node.id + " " + result.node.textContent).toLowerCase();
    return words.every((word) => result.text.includes(word));
  }

  function apply() {
    const chosen = buttons.filter((b) => b.dataset.filter && b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.filter);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = chosen.length > 0 || words.length > 0;
    let shown = 0;
    for (const family of families) {
      let here = 0;
      for (const result of family.results) {
        const visible = matches(result, chosen, words);
        result.node.hidden = !visible;
        if (visible) here++;
      }
      family.node.hidden = here === 0;
      family.node.open = filtered ? here > 0 : family.open;
      shown += here;
    }
    buttons[0].setAttribute("aria-pressed", String(chosen.length === 0));
    $("#shown").textContent = filtered ? shown + " of " + total : "";
    $("#nothing").hidden = shown > 0;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      const pressed = button.getAttribute("aria-pressed") === "true";
      if (button.dataset.filter) button.setAttribute("aria-pressed", String(!pressed));
      else for (const b of buttons) b.setAttribute("aria-pressed", "false");
      apply();
    });
  }
  search.addEventListener("input", apply);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; apply(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  bar.hidden = false;

  // A link to something folded away unfolds it, and lifts a filter that hides it.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) {
      search.value = "";
      for (const b of buttons) b.setAttribute("aria-pressed", "false");
      apply();
    }
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) setTimeout(reveal);
  });
  reveal();

  for (const box of $$(".copy")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const pre = $("pre", box);
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.append(button);
  }

  // On paper nothing can be unfolded, so what went wrong is before printing.
  addEventListener("beforeprint", () => {
    for (const result of $$(".result")) {
      if (!["fail", "error", "warn", "waived", "review"].includes(result.dataset.verdict)) continue;
      result.open = true;
      result.closest(".family").open = true;
    }
  });
})();
