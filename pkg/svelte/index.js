// Marks elements, as an action and as an attachment, and reports.
import { mark, track as report } from "@passerby/tracker";

export { attributes, consent, init, inspect, off } from "@passerby/tracker";

/** What an action was given: the mark, or its name alone. */
const given = (value) => (typeof value == "string" ? { name: value } : value);

/** An action where it is given an element, as `use:track` does; the function that reports where it is given a name. */
export const track = /* @__PURE__ */ Object.assign(
  (target, value) => {
    if (typeof target == "string") return report(target, value);
    mark(target, given(value));
    return { update: (next) => mark(target, given(next)) };
  },
  { component: report.component },
);

export const tracked = (value) => (element) => {
  mark(element, given(value));
  return () => mark(element, {});
};
