// Keys, dialogs, the drawer, copying, countdowns and selection. Works on data attributes of real
// controls only: without this file every act is still a form or a link.
(() => {
  "use strict";

  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const typing = (element) =>
    element.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

  // On a phone tabs scroll sideways: the one we are on is in sight.
  for (const tab of $$(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // Toasts -----------------------------------------------------------------------------------

  function toast({ message, tone, undo, until, now }) {
    const box = $("#toasts");
    if (!box || !message) return;
    const bar = document.createElement(undo ? "form" : "div");
    bar.className = tone === "bad" ? "toast toast-bad" : "toast";
    const words = document.createElement("span");
    words.append(message, " ");
    bar.append(words);
    if (undo) {
      bar.method = "post";
      bar.action = undo;
      bar.setAttribute("hx-post", undo);
      bar.setAttribute("hx-swap", "none");
      bar.dataset.until = until;
      if (now) bar.dataset.now = now;
      bar.dataset.gone = "remove";
      bar.append(hidden("csrfmiddlewaretoken", token()));
      const left = document.createElement("span");
      left.dataset.left = "";
      words.append(left);
      bar.append(button("Undo", { type: "submit", key: "u" }));
    }
    const close = button("Dismiss", { quiet: true });
    close.addEventListener("click", () => bar.remove());
    bar.append(close);
    box.append(bar);
    while (box.children.length > 3) box.firstElementChild.remove();
    if (undo) {
      window.htmx?.process(bar);
      bar.addEventListener("htmx:afterRequest", (event) => event.detail.successful && bar.remove());
      tick();
    } else {
      setTimeout(() => bar.remove(), tone === "bad" ? 12000 : 5000);
    }
  }

  function button(words, { type = "button", quiet = false, key = "" } = {}) {
    const made = document.createElement("button");
    made.type = type;
    made.className = quiet ? "btn btn-s btn-quiet" : "btn btn-s";
    made.textContent = words;
    if (key) made.dataset.key = key;
    return made;
  }

  function hidden(name, value) {
    const made = document.createElement("input");
    Object.assign(made, { type: "hidden", name, value });
    return made;
  }

  function token() {
    try {
      return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    } catch {
      return $("input[name=csrfmiddlewaretoken]")?.value ?? "";
    }
  }

  document.addEventListener("toast", (event) => toast(event.detail));

  // Countdowns: data-until is an instant; data-now the server's clock when the page was made ----

  const drift = new WeakMap();

  function tick() {
    for (const bar of $$("[data-until]")) {
      if (!drift.has(bar)) {
        drift.set(bar, bar.dataset.now ? Date.parse(bar.dataset.now) - Date.now() : 0);
      }
      const left = Math.ceil((Date.parse(bar.dataset.until) - Date.now() - drift.get(bar)) / 1000);
      const place = $("[data-left]", bar);
      const progress = $("progress", bar);
      if (progress) progress.value = Math.max(left, 0);
      if (left > 0) {
        if (place) place.textContent = left > 90 ? `${Math.ceil(left / 60)} min left` : `${left} s left`;
        continue;
      }
      const gone = bar.dataset.gone;
      bar.removeAttribute("data-until");
      if (gone === "remove") bar.remove();
      else {
        if (place) place.textContent = "Too late to undo.";
        $$("button", bar).forEach((control) => (control.disabled = true));
        if (gone) document.body.dispatchEvent(new CustomEvent(gone, { bubbles: true }));
      }
    }
  }
  setInterval(tick, 1000);

  // Dialogs and the drawer -------------------------------------------------------------------

  function open(dialog) {
    if (!dialog.open) dialog.showModal();
  }

  function load(dialog, body, url) {
    body.replaceChildren($("#waiting")?.content.cloneNode(true) ?? "");
    dialog.dataset.from = url;
    open(dialog);
    const loaded = window.htmx.ajax("GET", url, { target: body, swap: "innerHTML" });
    // Whoever opens a form wants to fill it in, not to close it.
    if (dialog.id === "dialog") {
      loaded.then(() => dialog.open && $("input:not([type=hidden]), select, textarea", body)?.focus());
    }
  }

  document.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    const opener = event.target.closest("[data-drawer], [data-dialog]");
    if (opener && plain) {
      const named = opener.dataset.dialog && document.getElementById(opener.dataset.dialog);
      const isDrawer = "drawer" in opener.dataset;
      const dialog = named || $(isDrawer ? "#drawer" : "#dialog");
      const url = opener.dataset.drawer || opener.getAttribute("href");
      if (named) {
        event.preventDefault();
        open(named);
      } else if (dialog && url && window.htmx) {
        event.preventDefault();
        mark(opener.closest("[data-row]"));
        load(dialog, $(isDrawer ? "#drawer-body" : "#dialog-body"), url);
      }
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
      return;
    }
    if (event.target.tagName === "DIALOG") event.target.close();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const row = event.target.closest("[data-row]");
    if (row) mark(row);
    $$("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr, successful } = event.detail;
    const dialog = elt.closest?.("dialog");
    if (successful && xhr.status === 204 && dialog && !elt.closest("[data-keep-open]")) dialog.close();
  });

  function failed(event) {
    const target = event.detail.target;
    if (event.detail.elt?.matches?.("[data-quiet]")) return; // it asks again by itself
    if (target?.id === "drawer-body" || target?.id === "dialog-body") {
      const fault = $("#fault").content.cloneNode(true);
      const again = $("a", fault);
      if (again) again.href = target.closest("dialog").dataset.from;
      target.replaceChildren(fault);
    } else {
      const status = event.detail.xhr?.status;
      toast({
        message: status === 403 ? "Your role may not do this."
          : status === 404 ? "That is gone. Load the page again."
          : status ? "Something broke on our side. Load the page again before you repeat it."
          : "No connection. Nothing was changed as far as we know; load the page again.",
        tone: "bad",
      });
    }
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);

  // A form whose pane is swapped while its answer is under way can tell nobody what changed, and
  // the undo bar would never show: then the body is told here.
  const heard = new WeakSet();
  document.addEventListener("htmx:beforeOnLoad", (event) => heard.add(event.detail.xhr));
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { xhr } = event.detail;
    xhr.addEventListener("load", () => {
      if (heard.has(xhr)) return;
      const told = xhr.getResponseHeader("HX-Trigger");
      if (!told && xhr.status >= 400) failed({ detail: { xhr } });
      if (!told) return;
      const changes = told.startsWith("{")
        ? Object.entries(JSON.parse(told))
        : told.split(",").map((name) => [name.trim(), null]);
      for (const [name, detail] of changes) {
        document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
      }
    });
  });

  // A second click on a slow page sends nothing twice. Forms of htmx have prevented their own.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Copying ----------------------------------------------------------------------------------

  async function copy(control) {
    try {
      await navigator.clipboard.writeText(control.dataset.copy);
      toast({ message: "Copied." });
    } catch {
      toast({ message: "This browser does not let us copy. Select the text by hand.", tone: "bad" });
    }
  }

  // Selection --------------------------------------------------------------------------------

  let anchor = null;

  function count(box) {
    if (!box) return;
    const boxes = $$("[data-select]", box);
    const chosen = boxes.filter((one) => one.checked).length;
    const holder = box.closest("[data-selection]") ?? box;
    holder.dataset.selected = chosen;
    $$("[data-selected-count]", holder).forEach((place) => (place.textContent = chosen));
    const all = $("[data-select-all]", box);
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    boxes.forEach((one) => one.closest("[data-row]")?.classList.toggle("is-chosen", one.checked));
  }

  function range(to, box) {
    const boxes = $$("[data-select]", box);
    const [from, until] = [boxes.indexOf(anchor), boxes.indexOf(to)].sort((a, b) => a - b);
    if (from >= 0) boxes.slice(from, until + 1).forEach((one) => (one.checked = to.checked));
  }

  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-select], [data-select-all]");
    if (!one) return;
    const box = one.closest("[data-rows]") ?? document.body;
    if ("selectAll" in one.dataset) {
      $$("[data-select]", box).forEach((other) => (other.checked = one.checked));
    } else {
      if (event.shiftKey && anchor) range(one, box);
      anchor = one;
    }
    count(box);
  });

  // Rows and keys ----------------------------------------------------------------------------

  const opened = "[data-row][aria-current=true], [data-row]:has([aria-current=true])";
  const current = (within = scope()) => $("[data-row].is-current", within) ?? $(opened, within);
  const name = (row) => $("a[href]", row)?.getAttribute("href") ?? row.getAttribute("href");
  let last = null;

  function mark(row) {
    if (!row) return;
    last = name(row);
    $$("[data-row].is-current").forEach((other) => other.classList.remove("is-current"));
    row.classList.add("is-current");
  }

  function scope() {
    return $$("dialog[open]").at(-1) ?? document;
  }

  function move(step) {
    const rows = $$("[data-row]", scope()).filter(visible);
    if (!rows.length) return;
    const at = rows.indexOf(current());
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
    mark(next);
    next.scrollIntoView({ block: "nearest" });
    const follow = $("[data-follow]", next) ?? (next.matches("[data-follow]") ? next : null);
    if (follow) follow.click();
  }

  function press(key, shifted) {
    const within = scope();
    const match = `[data-key~="${CSS.escape(key)}"]`;
    const exact = (from) => {
      const found = $$(match, from ?? document.createElement("i")).filter(
        (one) => one.dataset.key.split(" ").length === 1 && !one.disabled && visible(one));
      return key === "u" ? found.at(-1) : found[0]; // the newest undo is the last one
    };
    const control = exact(current(within)) ?? exact(within);
    if (!control) return false;
    if (control.matches("input:not([type=checkbox], [type=radio]), textarea")) {
      control.focus();
      control.select?.();
    } else if (shifted) {
      control.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
    } else {
      control.click();
    }
    return true;
  }

  let went = 0;

  document.addEventListener("keydown", (event) => {
    const send = (event.ctrlKey || event.metaKey) && event.key === "Enter";
    const form = send && event.target.closest("dialog form[method=post]");
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target, key } = event;
    if (key === "Escape") {
      const menu = $("details.menu[open]");
      if (menu) {
        menu.open = false;
        $("summary", menu).focus();
      } else if (typing(target)) target.blur();
      else if (!$("dialog[open]")) press("Escape");
      return;
    }
    if (typing(target)) return;
    if (went && Date.now() - went < 1200) {
      went = 0;
      const place = $$("[data-key]").find((one) => one.dataset.key.trim() === `g ${key}`);
      if (place) {
        event.preventDefault();
        place.click();
      }
      return;
    }
    if (key === "g") {
      went = Date.now();
    } else if (key === "j" || key === "k") {
      event.preventDefault();
      move(key === "j" ? 1 : -1);
    } else if (key === "Enter") {
      if (target !== document.body && target.id !== "main" && !target.matches("dialog, [data-row]")) return;
      const row = current();
      const link = row && ($("[data-open]", row) ?? $("a[href]", row));
      if (link) {
        event.preventDefault();
        link.click();
      }
    } else if (key.length === 1) {
      const shifted = event.shiftKey && key.toLowerCase() !== key;
      if (press(shifted ? key.toLowerCase() : key, shifted)) event.preventDefault();
    }
  });

  // The filter bar needs no button while this file runs; a failed form keeps the focus on its fault.
  document.addEventListener("selection", (event) => count(event.target));
  document.addEventListener("htmx:afterSwap", (event) => {
    tick();
    // A list that was read anew keeps its place.
    if (last && !$("[data-row].is-current")) mark($$("[data-row]").find((row) => name(row) === last));
    $$("[data-selection]").forEach((holder) => count($("[data-rows]", holder)));
    $("[aria-invalid=true]", event.detail.target)?.focus();
  });
  document.addEventListener("DOMContentLoaded", tick);
  if (document.readyState !== "loading") tick();
})();
