// Toasts with their undo, and countdowns.
(() => {
  "use strict";

  const { $, $$ } = window.desk;

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

  Object.assign(window.desk, { toast, tick });
})();
