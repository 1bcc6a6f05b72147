/* Finds texts that stand out too little from what is behind them, and controls without a name. */
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", { willReadFrequently: true });

  /* Any CSS colour as [red, green, blue, alpha]. */
  const read = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((value, at) => value * top[3] + below[at] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(read(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const fadedBy = (node) => {
    let opacity = 1;
    for (let at = node; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };

  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (node.closest(":disabled, .visually-hidden, [aria-hidden=true], option, noscript, script, style")) continue;
    if (/^[\p{Extended_Pictographic}\ufe0f]+$/u.test(words)) continue;
    const style = getComputedStyle(node);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ground = behind(node);
    const ink = read(style.color);
    ink[3] *= fadedBy(node);
    const [high, low] = [light(over(ink, ground)), light(ground)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.className || node.tagName}: ${words.slice(0, 40)}`);
  }

  const nameless = [];
  for (const node of document.querySelectorAll("button, a[href], input, select, textarea, summary, [role=img], [tabindex='0'], dialog")) {
    if (!node.checkVisibility()) continue;
    const label = node.getAttribute("aria-label") || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent;
    const name = label || node.closest("label")?.textContent || node.textContent || node.title || node.placeholder;
    if (!name?.trim()) nameless.push(node.outerHTML.slice(0, 120));
  }
  return { faint: [...new Set(faint)], nameless };
};
