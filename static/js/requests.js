// What a request came to: faults said aloud, news that nobody heard, nothing sent twice.
(() => {
  "use strict";

  const { $, $$, toast } = window.desk;

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
})();
