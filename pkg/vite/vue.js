// Elements of Vue's templates, read by the compiler of the project's own Vue.
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseSync } from "vite";
import { isOurs } from "./marks.js";
import { isSteady } from "./syntax.js";

// Of Vue's own tree: the types of nodes and attributes.
const ELEMENT = 1;
const COMMENT = 3;
const ATTRIBUTE = 6;

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");

const isSteadyText = (expression) => {
  const { program, errors } = parseSync("expression.ts", `(${expression})`);
  return !errors[0] && program.body.length == 1 && isSteady(program.body[0].expression);
};

const elementOf = ({ tag, loc, props }) => {
  const values = {};
  for (const { type, name, value, arg, exp } of props) {
    if (type == ATTRIBUTE) values[name] = { text: value?.content ?? "" };
    else if (name == "bind" && arg?.isStatic && exp && isSteadyText(exp.content))
      values[arg.content] = { expression: exp.content };
  }
  return { tag, at: loc.start.offset + 1 + tag.length, values, marked: "data-track" in values };
};

/** Reads for a project at `root`. */
export const vue = (root) => ({
  write: (marks) =>
    marks
      .map(([name, { text, expression }]) =>
        expression == null ? ` ${name}="${escaped(text)}"` : ` :${name}="${escaped(expression)}"`,
      )
      .join(""),

  read(code, id) {
    const { parse } = createRequire(join(root, "package.json"))("vue/compiler-sfc");
    const { descriptor } = parse(code, { filename: id, sourceMap: false });
    const elements = [];
    const comments = [];
    const look = (nodes) => {
      let comment;
      for (const node of nodes ?? []) {
        if (node.type == COMMENT && isOurs(node.content))
          comments.push((comment = { text: node.content, elements: [] }));
        if (node.type != ELEMENT) continue;
        const element = elementOf(node);
        elements.push(element);
        comment?.elements.push(element);
        comment = undefined;
        look(node.children);
      }
    };
    // A template in another language has no tree.
    look(descriptor.template?.ast?.children);
    return { elements, comments };
  },
});
