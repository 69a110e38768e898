"use strict";
// The page is complete without this. It puts new requests into the list, and brings the
// parts marked data-live up to date, leaving alone what has the focus.
(() => {
  const list = document.querySelector("[data-stream]");
  const parts = document.querySelectorAll("[data-live]");
  if (!list && !parts.length) return;

  let source, pending, loading, paused = false;
  let after = list ? list.dataset.after : "";

  // prepend keeps what is looked at where it is, also in browsers that do not by themselves.
  const prepend = html => {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const known = new Set(Array.from(list.children, row => row.dataset.id));
    for (const row of Array.from(fresh.content.children)) {
      if (known.has(row.dataset.id)) row.remove(); else row.classList.add("fresh");
    }
    const anchor = window.scrollY > 0 && list.firstElementChild;
    const top = anchor && anchor.getBoundingClientRect().top;
    list.prepend(fresh.content);
    if (anchor) {
      const moved = anchor.getBoundingClientRect().top - top;
      if (moved) window.scrollBy({ top: moved, behavior: "instant" });
    }
    while (list.children.length > Number(list.dataset.limit) && !list.lastElementChild.contains(document.activeElement)) list.lastElementChild.remove();
    const empty = document.querySelector(".empty");
    if (empty) empty.hidden = list.children.length > 0;
  };

  // replace puts the part of the page as it is now in the place of the one that is shown.
  const replace = (part, next) => {
    if (!next || part.contains(document.activeElement) || part.innerHTML === next.innerHTML) return;
    const open = Array.from(part.querySelectorAll("details[id][open]"), d => d.id);
    for (const id of open) {
      const d = next.querySelector("#" + CSS.escape(id));
      if (d) d.open = true;
    }
    if (!open.length || part.innerHTML !== next.innerHTML) part.replaceChildren(...next.childNodes);
  };

  const refresh = async () => {
    if (loading) { pending = true; return; }
    loading = true;
    try {
      const reply = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
      if (reply.ok) {
        const next = new DOMParser().parseFromString(await reply.text(), "text/html");
        if (!paused) for (const part of document.querySelectorAll("[data-live]")) replace(part, next.getElementById(part.id));
      }
    } catch { /* the stream tells when the server is back */ }
    loading = false;
    if (pending) { pending = false; refresh(); }
  };

  // live says whether what is shown is kept up to date.
  const offline = document.querySelector("#offline");
  const live = is => { if (offline) offline.hidden = is; };

  const start = () => {
    if (source || paused || document.hidden) return;
    const address = new URL(list ? list.dataset.stream : "./stream", location.href);
    if (after) address.searchParams.set("after", after);
    source = new EventSource(address);
    source.addEventListener("requests", event => {
      after = event.lastEventId;
      if (list) prepend(event.data);
    });
    source.addEventListener("reset", () => { if (list) list.replaceChildren(); });
    source.addEventListener("changed", refresh);
    source.onopen = () => live(true);
    source.onerror = () => live(false);
  };
  // A browser has few connections to one server: a page that nobody sees needs none.
  const stop = () => { if (source) source.close(); source = undefined; live(true); };

  const slot = document.querySelector("[data-pause]");
  if (list && slot) {
    const pause = document.createElement("button");
    pause.type = "button";
    pause.className = "quiet pause";
    pause.textContent = "Pause";
    pause.setAttribute("aria-pressed", "false");
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      if (paused) stop(); else { start(); refresh(); }
    });
    slot.append(pause);
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else { start(); refresh(); } });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  // A page that was loaded anew should not say again what was done before.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }
  start();
})();
