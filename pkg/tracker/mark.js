// Marks, by which the tracker knows a component: the three `data-track…` attributes.

export const attributes = ({ name, variant, version }) => ({
  "data-track": name,
  "data-track-variant": variant,
  "data-track-version": version,
});

export const mark = (element, fields) => {
  for (const [attribute, value] of Object.entries(attributes(fields))) {
    if (value == null) element.removeAttribute(attribute);
    // What says the same is no change, and nobody who watches has to look.
    else if (element.getAttribute(attribute) !== `${value}`) element.setAttribute(attribute, value);
  }
};

export const markWithin = (wrapper, fields) => {
  /** What carries the marks now. */
  let marked;
  const look = () => {
    const child = wrapper.firstElementChild;
    // A slot has no box either: what is put into it has.
    const first = child?.localName == "slot" ? child.assignedElements({ flatten: true })[0] : child;
    if (first == marked) return;
    if (marked) mark(marked, {});
    // Whoever is marked already speaks for itself.
    marked = first?.hasAttribute("data-track") ? undefined : first;
    if (marked) mark(marked, fields);
  };
  const changes = new MutationObserver(look);
  changes.observe(wrapper, { childList: true });
  wrapper.addEventListener("slotchange", look);
  look();
  return () => {
    changes.disconnect();
    wrapper.removeEventListener("slotchange", look);
    if (marked) mark(marked, {});
  };
};
