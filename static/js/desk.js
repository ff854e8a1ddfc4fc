// What the other files of this folder share, and tabs. They work on data attributes of real controls
// only: without them every act is still a form or a link.
window.desk = (() => {
  "use strict";

  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];

  // On a phone tabs scroll sideways: the one we are on is in sight.
  for (const tab of $$(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  return { $, $$ };
})();
