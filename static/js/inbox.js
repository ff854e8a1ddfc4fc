// The inbox: saved replies after a slash, the place of the caret, and what a swap must not lose.
// Without this file every act is still a form or a link.
(() => {
  "use strict";

  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const composer = () => $("form#composer");
  const field = () => $("form#composer textarea");

  // Where to write ---------------------------------------------------------------------------

  // Whoever chooses how to answer wants to write next.
  document.addEventListener("click", (event) => {
    if (event.target.matches("#composer input[name=kind]")) field()?.focus();
  });

  // Saved replies ----------------------------------------------------------------------------

  const offered = (menu) => $$("button[name=saved]:not(:disabled)", menu).filter((one) => !one.hidden);

  function openSaved() {
    const menu = $("#composer details.saved");
    if (!menu) return false;
    menu.open = true;
    return true;
  }

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (menu.open && menu.matches?.("#inbox-many details, .composer-later, .tag-menu")) {
      $("select, input:not([type=hidden])", menu).focus();
    }
    if (!menu.matches?.("#composer details.saved") || !menu.open) return;
    const find = $(".saved-find", menu);
    find.hidden = false;
    find.value = "";
    narrow(menu, "");
    find.focus();
  }, true);

  function narrow(menu, words) {
    const wanted = words.trim().toLowerCase();
    $$("button[name=saved]", menu).forEach((one) => {
      one.hidden = !one.textContent.toLowerCase().includes(wanted);
    });
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches(".saved-find")) narrow(event.target.closest("details"), event.target.value);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { target, key } = event;
    if (target.matches("#composer textarea")) {
      if (key === "/" && !target.value && openSaved()) event.preventDefault();
      if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        composer().requestSubmit($(".composer-send.btn-primary", composer()));
      }
      return;
    }
    const menu = target.closest?.("#composer details.saved[open]");
    if (!menu) return;
    const rows = offered(menu);
    if (key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      menu.open = false;
      field()?.focus();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      const at = rows.indexOf(target) + (key === "ArrowDown" ? 1 : -1);
      (at < 0 ? $(".saved-find", menu) : rows[Math.min(at, rows.length - 1)])?.focus();
    } else if (key === "Enter" && target.matches(".saved-find")) {
      event.preventDefault();
      rows[0]?.click();
    }
  }, true);

  // What is kept through a swap --------------------------------------------------------------

  let chosen = [];

  // Who wrote after being chosen is chosen no longer: nobody has read that yet.
  const asSeen = (one) => `${one.value} ${one.dataset.seen}`;
  const writesIn = (pane) => $("details[open]", pane)?.contains(document.activeElement);
  const isBegun = (form) => field()?.value || form.contains(document.activeElement);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    // A fresh composer that comes late takes nobody's words away.
    if (target.id === "composer" && requestConfig?.verb === "get" && isBegun(target)) {
      event.detail.shouldSwap = false;
    }
    // Nor do a fresh list or pane, while somebody says what came of several, or writes a tag.
    if (requestConfig?.verb === "get" && target.matches("#inbox-list, #thread-context") && writesIn(target)) {
      event.detail.shouldSwap = false;
      return;
    }
    if (target.id !== "inbox-list") return;
    chosen = $$("[data-select]:checked", target).map(asSeen);
  });

  // It was said: now they may come anew.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    const menu = document.activeElement?.closest("#inbox-list details[open], #thread-context details[open]");
    if (menu && successful && requestConfig?.verb === "post") document.activeElement.blur();
  });

  document.addEventListener("htmx:afterSwap", () => {
    const list = $("#inbox-list");
    if (!list || !chosen.length) return;
    $$("[data-select]", list).forEach((one) => (one.checked = chosen.includes(asSeen(one))));
    chosen = [];
    list.dispatchEvent(new CustomEvent("selection", { bubbles: true }));
  });

  // A composer in which nothing was begun follows the conversation: another way may be open now.
  document.addEventListener("thread-changed", () => {
    const form = composer();
    if (!form || isBegun(form)) return;
    window.htmx.ajax("GET", form.dataset.fresh, { target: "#composer", swap: "outerHTML" });
  });

  // Whoever leaves in the middle of a word finds it again -------------------------------------

  // What is typed is kept with each measuring; here what came after the last one.
  let unkept = false;

  document.addEventListener("input", (event) => {
    if (event.target.matches("#composer textarea")) unkept = true;
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "composer") unkept = false;
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches("#composer, #composer *")) unkept = false;
  });

  function keepNow() {
    const form = composer();
    if (!unkept || !form) return;
    const words = new FormData(form);
    words.append("left", "1");
    unkept = !navigator.sendBeacon(field().getAttribute("hx-post"), words);
  }

  window.addEventListener("pagehide", keepNow);
  document.addEventListener("visibilitychange", () => document.hidden && keepNow());

  // The pulse --------------------------------------------------------------------------------

  // A tab nobody looks at asks nothing; it asks at once when somebody comes back.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "pulse" && document.hidden) event.preventDefault();
  });

  document.addEventListener("visibilitychange", () => {
    const pulse = $("#pulse");
    if (!document.hidden && pulse) {
      window.htmx.ajax("GET", pulse.getAttribute("hx-get"), { source: pulse, target: pulse, swap: "outerHTML" });
    }
  });

  for (const [name, lost] of [["htmx:sendError", true], ["htmx:responseError", true], ["htmx:afterOnLoad", false]]) {
    document.addEventListener(name, (event) => {
      if (event.detail.elt.id !== "pulse") return;
      const pulse = $("#pulse");
      pulse?.classList.toggle("is-lost", lost);
    });
  }
})();
