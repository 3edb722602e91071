// Files of what a card shows: its numbers as CSV, and its picture as SVG or PNG in light colours, as it looks.
const HIDDEN = ".export, .visually-hidden, .tip, .band, .band-days, .hits, .icon-button, .more, .segments, [aria-selected=false], [hidden], dialog";
const MARGIN = 20;
const HEAD = 44;
const SVG = "http://www.w3.org/2000/svg";
// What the page's styles decide about a shape, and a picture that stands alone has to say itself.
const SHAPE = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "stop-color", "stop-opacity", "font-family", "font-size", "font-weight", "text-anchor", "paint-order", "shape-rendering"];

/** Saves a card as a file of a kind, "csv", "svg" or "png"; `name` is the file's without its ending. */
export async function save(card, kind, name, heading) {
  if (kind === "csv") return offer(new Blob([csv(card)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
  const drawn = picture(card, heading);
  const text = new XMLSerializer().serializeToString(drawn);
  if (kind === "svg") return offer(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
  offer(await painted(drawn, text), `${name}.png`);
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The tables of a card, else its lists, as RFC 4180 has it. */
function csv(card) {
  const tables = [...card.querySelectorAll("table")].map((table) => [...table.rows].map((row) => [...row.cells].map(cell)));
  const lists = [...card.querySelectorAll("ol.rows")].map((list) => [...list.querySelectorAll(".row")].map(row));
  const all = tables.length > 0 ? tables : lists;
  return all.map((lines) => lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("")).join("\r\n");
}

const cell = (cell) => cell.dataset.value ?? plain(worded(cell.querySelector(".row-name") ?? cell));
const row = (row) => [row.dataset.row ?? worded(row.querySelector(".row-name") ?? row), row.dataset.visitors ?? plain(worded(row.querySelector(".row-value") ?? row))];
const worded = (element) => element.textContent.trim();

/** A number without what the page's language puts between its digits; other texts as they are. */
function plain(text) {
  const parts = new Intl.NumberFormat(document.documentElement.lang || "en").formatToParts(-12345.6);
  const sign = (type) => parts.find((part) => part.type === type)?.value ?? "";
  const digits = text.replaceAll(sign("group") || ",", "").replace(sign("decimal"), ".");
  return /^-?\d+(\.\d+)?$/.test(digits) ? digits : text;
}

/** A cell: what a spreadsheet would take for a formula gets an apostrophe in front. */
function quoted(text) {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const guarded = !isNumber && /^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]|^'/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** The card as one drawing. */
function picture(card, heading) {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
  const sheets = document.adoptedStyleSheets;
  // Nothing is painted before this is undone: it happens within one task.
  document.adoptedStyleSheets = [...sheets, still];
  root.dataset.theme = "light";
  try {
    return drawn(card, heading);
  } finally {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.adoptedStyleSheets = sheets;
  }
}

function drawn(card, heading) {
  const box = card.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width) + 2 * MARGIN, Math.ceil(box.height) + MARGIN + HEAD];
  const out = made("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const style = getComputedStyle(document.body);
  const surface = getComputedStyle(card.closest(".card") ?? card).backgroundColor;
  const label = card.getAttribute("aria-label") ?? card.querySelector("h2, h3")?.textContent ?? "";
  const title = [label.trim(), heading].filter(Boolean).join(" · ");
  out.append(made("title", {}, title), made("rect", { width, height, fill: surface }));
  const font = { "font-family": style.fontFamily, "font-size": "14px", "font-weight": "600", fill: style.color };
  out.append(made("text", { x: MARGIN, y: 28, ...font }, title));
  const place = { x: MARGIN - box.left, y: HEAD - box.top };
  for (const child of card.childNodes) draw(child, place, out);
  return out;
}

function draw(node, place, out) {
  if (node.nodeType === Node.TEXT_NODE) return write(node, place, out);
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(HIDDEN)) return;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
  const at = { x: box.left + place.x, y: box.top + place.y };
  if (node.localName === "svg") return out.append(shape(node, style, box, at));
  if (isSeen(style.backgroundColor)) {
    out.append(made("rect", { ...at, width: box.width, height: box.height, rx: parseFloat(style.borderRadius) || 0, fill: style.backgroundColor }));
  }
  for (const [side, y] of [["Top", at.y], ["Bottom", at.y + box.height]]) {
    if (parseFloat(style[`border${side}Width`]) > 0 && isSeen(style[`border${side}Color`])) {
      out.append(made("line", { x1: at.x, x2: at.x + box.width, y1: y, y2: y, stroke: style[`border${side}Color`] }));
    }
  }
  key(node, box, at, out);
  for (const child of node.childNodes) draw(child, place, out);
}

const isSeen = (colour) => colour !== "transparent" && !/, 0\)$|\/ 0\)$/.test(colour);

/** The mark before an entry of a legend. */
function key(node, box, at, out) {
  const style = getComputedStyle(node, "::before");
  const [width, line] = [parseFloat(style.width), parseFloat(style.borderTopWidth)];
  if (style.content === "none" || style.position === "absolute" || !(width > 0)) return;
  const middle = at.y + box.height / 2;
  const dashes = style.getPropertyValue("--dash").trim();
  if (line > 0 || dashes) {
    const stroke = dashes ? style.getPropertyValue("--c") : style.borderTopColor;
    out.append(made("line", { x1: at.x, x2: at.x + width, y1: middle, y2: middle, stroke, "stroke-width": 2, ...(dashes && { "stroke-dasharray": dashes }) }));
  } else if (isSeen(style.backgroundColor)) {
    const height = parseFloat(style.height) || width;
    out.append(made("rect", { x: at.x, y: middle - height / 2, width, height, rx: Math.min(3, width / 2), fill: style.backgroundColor }));
  }
}

/** A copy of a drawing that says itself how it looks. */
function shape(node, style, box, at) {
  const copy = node.cloneNode(true);
  const shapes = [node, ...node.querySelectorAll("*")];
  for (const [index, one] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const looks = getComputedStyle(shapes[index]);
    if (looks.display === "none") one.setAttribute("display", "none");
    for (const name of SHAPE) one.setAttribute(name, looks.getPropertyValue(name));
    for (const name of ["class", "style", "aria-hidden", "role", "aria-label"]) one.removeAttribute(name);
  }
  for (const [name, value] of Object.entries({ ...at, width: box.width, height: box.height })) copy.setAttribute(name, value);
  copy.setAttribute("overflow", style.overflow === "visible" || node.closest(".plot") ? "visible" : "hidden");
  return copy;
}

const ruler = new OffscreenCanvas(1, 1).getContext("2d");

/** A text, line by line, cut where its box cuts it. */
function write(node, place, out) {
  const style = getComputedStyle(node.parentElement);
  const range = document.createRange();
  range.selectNodeContents(node);
  const [first, ...rest] = range.getClientRects();
  if (!first || node.data.trim() === "") return;
  ruler.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const font = { "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight, fill: style.color };
  const { fontBoundingBoxAscent: ascent } = ruler.measureText("x");
  const put = (text, box) => out.append(made("text", { x: box.left + place.x, y: box.top + place.y + ascent, ...font }, text));
  if (rest.length === 0) {
    const limit = node.parentElement.getBoundingClientRect().right;
    return put(style.overflow === "visible" ? node.data.trim() : cut(node.data.trim(), limit - first.left), first);
  }
  // A line ends before the word that begins further down.
  let line = null;
  for (const { 0: word, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = range.getClientRects()[0];
    if (line && Math.abs(line.box.top - box.top) < 2) line.text += word;
    else {
      if (line) put(line.text.trimEnd(), line.box);
      line = { text: word, box };
    }
  }
  if (line) put(line.text.trimEnd(), line.box);
}

function cut(text, width) {
  if (ruler.measureText(text).width <= width + 1) return text;
  const letters = [...text];
  while (letters.length > 1 && ruler.measureText(`${letters.join("")}…`).width > width) letters.pop();
  return `${letters.join("")}…`;
}

function made(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A drawing as PNG, two pixels for each of its own. */
async function painted(drawn, text) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const [width, height] = ["width", "height"].map((name) => Number(drawn.getAttribute(name)) * 2);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/png" });
}
