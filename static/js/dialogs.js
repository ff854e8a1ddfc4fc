// Dialogs, the drawer and menus; a click on a row.
(() => {
  "use strict";

  const { $, $$, copy, mark } = window.desk;

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
})();
