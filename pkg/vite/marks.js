// Which marks an element gets: by the list of components, or by a comment before it. A value is `{text}` or, where it is
// known only when the page runs, `{expression}`.

/** `BaseButton` of `base-button`, as templates may name it. */
const pascal = (tag) =>
  tag.replace(/(^|-)([a-z])/g, (all, dash, letter) => (dash || tag.includes("-") ? letter.toUpperCase() : all));

const given = (fields) => Object.entries(fields).filter(([, value]) => value != null);

/** Reads the option `components`. */
export const marker = (components) => {
  const names = Object.keys(components);
  return {
    /** Whether a module's text has the name of any of them. */
    mayConcern: (code) =>
      names.some((name) => code.includes(name) || code.includes(name.replace(/\B[A-Z]/g, "-$&").toLowerCase())),

    /** The marks of an element `{tag, values, marked}` that is listed, else nothing. */
    ofElement({ tag, values, marked }) {
      const key = Object.hasOwn(components, tag) ? tag : pascal(tag);
      if (marked || !Object.hasOwn(components, key) || !components[key]) return undefined;
      const { name = key, variant, version, variantFrom = "variant" } = components[key] === true ? {} : components[key];
      const text = (value) => (value == null ? undefined : { text: `${value}` });
      return given({
        "data-track": text(name),
        "data-track-variant": text(variant) ?? values[variantFrom],
        "data-track-version": text(version),
      });
    },

    /** The marks that a comment says: `@passerby Button variant={kind} version=2.1`. */
    ofComment(comment) {
      const [name, ...words] = comment.trim().split(/\s+/).slice(1);
      const value = (text) => (/^\{[\w$.]+\}$/.test(text) ? { expression: text.slice(1, -1) } : { text });
      const fields = Object.fromEntries(
        words.map((word) => [word.split("=", 1)[0], value(word.slice(word.indexOf("=") + 1))]),
      );
      return given({
        "data-track": name && { text: name },
        "data-track-variant": fields.variant,
        "data-track-version": fields.version,
      });
    },
  };
};

/** Whether a comment speaks to us. */
export const isOurs = (comment) => /^\s*@passerby\s/.test(comment);
