// What a picture must not show: sideways scroll, words cut off, controls without a name, an id
// that stands twice, a page without a title or heading, and words too faint to read (WCAG AA).
() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const visible = (box) => box.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const open = [...document.querySelectorAll("dialog[open]")].at(-1);
  const scope = open ?? document.body;
  const said = (box) => `${box.tagName.toLowerCase()}.${box.className}: ${box.textContent.trim().slice(0, 40)}`;

  const cut = [], faint = [], nameless = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parsed = new Map();
  const color = (text) => {
    if (!parsed.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      parsed.set(text, [r, g, b, a / 255]);
    }
    return parsed.get(text);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const behind = (box) => {
    const layers = [];
    for (let at = box; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none" && !at.matches("select")) return null;
      const layer = color(style.backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    const ground = color(getComputedStyle(document.body).backgroundColor);
    return layers.reduceRight((under, layer) => over(layer, under), ground);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  for (const box of scope.querySelectorAll("*")) {
    if (box.closest("svg, option, template, .sr-only, .skip") || (!open && box.closest("dialog"))) continue;
    const own = [...box.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    // One pixel: words meant for the ear only.
    if (!own || box.clientWidth === 1 || !visible(box)) continue;
    const style = getComputedStyle(box);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    const meant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
    if (hides && !meant && !box.matches("textarea") && box.scrollWidth > box.clientWidth + 1) cut.push(said(box));
    const ground = box.closest(":disabled, [aria-disabled=true], .is-off") ? null : behind(box);
    if (!ground) continue;
    const ratio = contrast(over(color(style.color), ground), ground);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 600);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(1)} ${said(box)}`);
  }
  for (const box of scope.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary")) {
    if (!visible(box) || (!open && box.closest("dialog"))) continue;
    const name = box.getAttribute("aria-label") || box.getAttribute("aria-labelledby") || box.title
      || (box.labels?.length ? [...box.labels].map((label) => label.textContent).join("") : "")
      || (box.matches("input, select, textarea") ? "" : box.textContent);
    if (!name.trim()) nameless.push(box.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll("[id]")].map((box) => box.id);
  const twice = [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  const bare = [];
  if (!document.title.trim()) bare.push("the page has no title");
  if (!document.querySelector("h1")) bare.push("the page has no heading");
  return { wide, cut, faint, nameless, twice, bare };
}
