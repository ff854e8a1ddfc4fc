"use strict";

// Fresh content every few seconds, but never under somebody's hands.
async function refresh() {
  if (document.hidden || !document.querySelector("[data-live]")) return;
  let text;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    text = await answer.text();
  } catch {
    return;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    const busy = old.contains(document.activeElement) && document.activeElement !== document.body;
    if (!next || busy || old.querySelector("details[open]") || next.innerHTML === old.innerHTML) continue;
    old.innerHTML = next.innerHTML;
  }
}

setInterval(refresh, 2500);
