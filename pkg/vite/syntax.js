// What the syntax trees of JavaScript have in common, whoever made them.

/** Calls `visit` with each node of a tree, parents first; not below a node for which it answers false. */
export const walk = (node, visit) => {
  if (!node || typeof node != "object") return;
  if (Array.isArray(node)) return node.forEach((child) => walk(child, visit));
  if (typeof node.type == "string" && visit(node) === false) return;
  for (const child of Object.values(node)) walk(child, visit);
};

/** What may be evaluated once more without anybody noticing. */
const STEADY = new Set([
  "Identifier",
  "Literal",
  "MemberExpression",
  "ChainExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "BinaryExpression",
  "TemplateLiteral",
  "TemplateElement",
  "ParenthesizedExpression",
]);

/** Whether an expression only reads. */
export const isSteady = (expression) => {
  let steady = true;
  walk(expression, ({ type }) => {
    steady &&= STEADY.has(type);
  });
  return steady;
};

/** Attributes as JSX and Svelte write them. */
export const inBraces = (marks) =>
  marks.map(([name, { text, expression }]) => ` ${name}={${expression ?? JSON.stringify(text)}}`).join("");
