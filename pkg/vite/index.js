// Puts the tag into the page, and marks components while they are built.
import { createFilter } from "vite";
import MagicString from "magic-string";
import { marker } from "./marks.js";
import { jsx } from "./jsx.js";
import { svelte } from "./svelte.js";
import { vue } from "./vue.js";

/** By a module's ending: what reads it. */
const readers = (root) => ({ vue: vue(root), svelte: svelte(root) });

/** An option as the tag's attribute says it; nothing where it is off. */
const attribute = ([name, value]) => {
  if (value == null || (value === false && name != "auto")) return [];
  return [[`data-${name}`, Array.isArray(value) ? value.join(",") : value === true ? "" : `${value}`]];
};

export const passerby = ({
  src,
  dev = false,
  components = {},
  modules = /\.([jt]sx|vue|svelte)$/,
  ...options
} = {}) => {
  const listed = marker(components || {});
  const matches = createFilter(modules, /node_modules/);
  let tagged;
  let read;
  return {
    name: "passerby",
    // Elements are elements only until somebody compiles them.
    enforce: "pre",

    configResolved({ root, command }) {
      read = readers(root);
      tagged = src && (dev || command == "build");
    },

    transformIndexHtml() {
      if (!tagged) return [];
      const told = Object.entries({ ...options, components: components !== false });
      const attrs = { defer: true, src, ...Object.fromEntries(told.flatMap(attribute)) };
      return [{ tag: "script", attrs, injectTo: "head" }];
    },

    async transform(code, id) {
      // What has a query is a part of a module that came before as a whole.
      if (!components || !matches(id) || !(code.includes("@passerby") || listed.mayConcern(code))) return;
      const language = read[id.split(".").pop()] ?? jsx;
      const { elements, comments } = await language.read(code, id);
      const changed = new MagicString(code);
      for (const comment of comments) {
        if (!comment.elements[0]) this.warn(`there is no element to mark after \`${comment.text.trim()}\` in ${id}`);
        for (const element of comment.elements)
          changed.appendLeft(element.at, language.write(listed.ofComment(comment.text)));
      }
      const spoken = new Set(comments.flatMap((comment) => comment.elements.map((element) => element.at)));
      for (const element of elements) {
        const marks = spoken.has(element.at) ? undefined : listed.ofElement(element);
        if (marks) changed.appendLeft(element.at, language.write(marks));
      }
      if (changed.hasChanged())
        return { code: changed.toString(), map: changed.generateMap({ source: id, hires: "boundary" }) };
    },
  };
};

export default passerby;
