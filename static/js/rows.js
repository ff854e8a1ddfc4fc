// The row one is at, and keys.
(() => {
  "use strict";

  const { $, $$, tick, count } = window.desk;
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const typing = (element) =>
    element.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

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

  document.addEventListener("selection", (event) => count(event.target));
  document.addEventListener("htmx:afterSwap", (event) => {
    tick();
    // A list that was read anew keeps its place.
    if (last && !$("[data-row].is-current")) mark($$("[data-row]").find((row) => name(row) === last));
    $$("[data-selection]").forEach((holder) => count($("[data-rows]", holder)));
    // A failed form keeps the focus on its fault.
    $("[aria-invalid=true]", event.detail.target)?.focus();
  });
  document.addEventListener("DOMContentLoaded", tick);
  if (document.readyState !== "loading") tick();

  window.desk.mark = mark;
})();
