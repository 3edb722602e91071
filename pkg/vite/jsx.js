// Elements of JSX, read by the parser that Vite has. A comment names the component that is defined after it: what its
// function returns is marked.
import { parseSync } from "vite";
import { isOurs } from "./marks.js";
import { inBraces, isSteady, walk } from "./syntax.js";

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const nameOf = (name) =>
  name.type == "JSXMemberExpression"
    ? `${nameOf(name.object)}.${nameOf(name.property)}`
    : (name.name?.name ?? name.name);

const elementOf = ({ name, typeArguments, attributes }, code) => {
  const own = attributes.filter((attribute) => attribute.type == "JSXAttribute");
  const values = {};
  for (const { name, value } of own) {
    const inner = value?.type == "JSXExpressionContainer" ? value.expression : value;
    if (inner && isSteady(inner)) values[name.name] = { expression: code.slice(inner.start, inner.end) };
  }
  return {
    tag: nameOf(name),
    at: (typeArguments ?? name).end,
    values,
    marked: own.some(({ name }) => name.name == "data-track"),
  };
};

/** The elements that an expression may come to, not those within them. */
const outermost = (expression) => {
  if (expression?.type == "JSXElement") return [expression.openingElement];
  const { type, left, right, consequent, alternate } = expression ?? {};
  if (type == "ParenthesizedExpression") return outermost(expression.expression);
  if (type == "ConditionalExpression") return [consequent, alternate].flatMap(outermost);
  return type == "LogicalExpression" ? [left, right].flatMap(outermost) : [];
};

/** The elements that the first function of a statement returns. */
const returned = (statement) => {
  let component;
  walk(statement, (node) => {
    if (!component && FUNCTIONS.has(node.type)) component = node;
    return !component;
  });
  if (component?.body.type != "BlockStatement") return outermost(component?.body);
  const found = [];
  walk(component.body, (node) => {
    if (node.type == "ReturnStatement") found.push(...outermost(node.argument));
    return !FUNCTIONS.has(node.type);
  });
  return found;
};

export const jsx = {
  write: inBraces,
  read(code, id) {
    const { program, comments, errors } = parseSync(id, code);
    // The bundler says it better.
    if (errors[0]) return { elements: [], comments: [] };
    const elements = [];
    walk(program, (node) => {
      if (node.type == "JSXOpeningElement") elements.push(elementOf(node, code));
    });
    const named = comments
      .filter(({ value }) => isOurs(value))
      .map(({ value, end }) => {
        const statement = program.body.find(
          (statement) => statement.start >= end && !code.slice(end, statement.start).trim(),
        );
        return { text: value, elements: returned(statement).map((element) => elementOf(element, code)) };
      });
    return { elements, comments: named };
  },
};
