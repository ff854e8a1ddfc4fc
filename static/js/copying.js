// Copying to the clipboard.
(() => {
  "use strict";

  const { toast } = window.desk;

  async function copy(control) {
    try {
      await navigator.clipboard.writeText(control.dataset.copy);
      toast({ message: "Copied." });
    } catch {
      toast({ message: "This browser does not let us copy. Select the text by hand.", tone: "bad" });
    }
  }

  window.desk.copy = copy;
})();
