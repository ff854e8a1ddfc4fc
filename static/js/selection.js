// Rows that are chosen, by themselves or as a range.
(() => {
  "use strict";

  const { $, $$ } = window.desk;

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

  window.desk.count = count;
})();
