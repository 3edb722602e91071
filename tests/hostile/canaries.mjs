// Looks for what must not be there: a text in every form that it could have been written in.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** The forms of a text: as it is, in capitals, hexadecimal, base64 at each alignment, percent-encoded and UTF-16. */
export function forms(text) {
  const raw = Buffer.from(text);
  const all = new Map([
    ["raw", raw],
    ["lower case", Buffer.from(text.toLowerCase())],
    ["upper case", Buffer.from(text.toUpperCase())],
    ["hexadecimal", Buffer.from(raw.toString("hex"))],
    ["hexadecimal, upper case", Buffer.from(raw.toString("hex").toUpperCase())],
    ["percent-encoded", Buffer.from(encodeURIComponent(text))],
    ["every byte percent-encoded", Buffer.from([...raw].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""))],
    ["UTF-16LE", Buffer.from(text, "utf16le")],
    ["UTF-16BE", Buffer.from(text, "utf16le").swap16()],
    ["reversed", Buffer.from(raw).reverse()],
  ]);
  for (let shift = 0; shift < 3; shift++) {
    // Only the characters that the neighbours of the text do not change.
    const whole = Buffer.concat([Buffer.alloc(shift), raw]).toString("base64");
    const inner = whole.slice(shift === 0 ? 0 : shift + 1, Math.floor(((raw.length + shift) * 8) / 6));
    all.set(`base64, ${shift} bytes in`, Buffer.from(inner));
    all.set(`base64url, ${shift} bytes in`, Buffer.from(inner.replaceAll("+", "-").replaceAll("/", "_")));
  }
  return all;
}

/** All files below a folder, with their bytes: the database, its write-ahead log, its free pages, everything. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ name: relative(folder, path), bytes: readFileSync(path) }));
}

/** Where any form of a text is: `["objects/….sqlite: hexadecimal"]`. */
export function found(text, files) {
  const hits = [];
  for (const [form, bytes] of forms(text)) {
    for (const file of files) if (file.bytes.includes(bytes)) hits.push(`${file.name}: ${form}`);
  }
  return hits;
}
