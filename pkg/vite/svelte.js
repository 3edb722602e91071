// Elements of Svelte's components, read by the compiler of the project's own Svelte.
import { createRequire } from "node:module";
import { join } from "node:path";
import { isOurs } from "./marks.js";
import { inBraces, isSteady, walk } from "./syntax.js";

const ELEMENTS = new Set(["Component", "RegularElement"]);

const elementOf = ({ name: tag, start, attributes }, code) => {
  const values = {};
  for (const { type, name, value } of attributes) {
    if (type != "Attribute") continue;
    // Text alone, an expression alone, or both beside each other, of which no one makes a variant.
    const parts = Array.isArray(value) ? value : [value];
    if (parts.length > 1) continue;
    const [{ expression, data }] = parts;
    if (data != null) values[name] = { text: data };
    else if (expression && isSteady(expression))
      values[name] = { expression: code.slice(expression.start, expression.end) };
  }
  return { tag, at: start + 1 + tag.length, values, marked: attributes.some(({ name }) => name == "data-track") };
};

/** Reads for a project at `root`. */
export const svelte = (root) => ({
  write: inBraces,
  async read(code) {
    const { parse, preprocess } = createRequire(join(root, "package.json"))("svelte/compiler");
    const elements = [];
    const comments = [];
    let tree;
    try {
      // Styles may be in another language, and are none of ours.
      tree = parse((await preprocess(code, { style: ({ content }) => ({ code: content.replace(/\S/g, " ") }) })).code, {
        modern: true,
      });
    } catch {
      // The compiler says it better.
      return { elements, comments };
    }
    walk(tree.fragment, ({ type, nodes }) => {
      if (type != "Fragment") return;
      let comment;
      for (const node of nodes) {
        if (node.type == "Comment" && isOurs(node.data)) comments.push((comment = { text: node.data, elements: [] }));
        if (!ELEMENTS.has(node.type)) continue;
        const element = elementOf(node, code);
        elements.push(element);
        comment?.elements.push(element);
        comment = undefined;
      }
    });
    return { elements, comments };
  },
});
