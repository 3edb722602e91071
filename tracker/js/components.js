// Components that are marked by `data-track`: seen, used, and how long they took to appear. Those of open shadow roots and
// those that come later, too.

/** Watches marked components; `add` takes an event. */
export const components = (add) => {
  const COMPONENT = 3;
  /** When each was found, in milliseconds since the page began. */
  const found = new WeakMap();
  const timers = new WeakMap();
  /** Whether the page's first elements are known: theirs is the page's beginning. */
  let later;
  const tell = ({ dataset: { track, trackVariant = "", trackVersion = "" } }, action, duration = 0) =>
    add(COMPONENT, [track, trackVariant, trackVersion, action, duration]);
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio, time } of entries) {
        clearTimeout(timers.get(target));
        if (intersectionRatio >= 0.5)
          timers.set(
            target,
            setTimeout(() => {
              if (document.hidden) return;
              seen.unobserve(target);
              tell(target, "impression", Math.max(time - found.get(target), 0) + 1);
            }, 1000),
          );
      }
    },
    { threshold: 0.5 },
  );
  const changed = new MutationObserver((records) => {
    for (const { addedNodes, attributeName, target } of records) (attributeName ? [target] : addedNodes).forEach(scan);
  });
  const scan = (node) => {
    if (node.dataset?.track && !found.has(node)) {
      found.set(node, later ? performance.now() : 0);
      seen.observe(node);
    }
    if (node.shadowRoot) grow(node.shadowRoot);
    for (const child of node.children || []) scan(child);
  };
  const grow = (root) => {
    changed.observe(root, { childList: true, subtree: true, attributeFilter: ["data-track"] });
    scan(root);
  };

  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    if (options.mode == "open") grow(root);
    return root;
  };
  addEventListener(
    "click",
    (event) => {
      const used = event.composedPath().find((node) => node.dataset?.track);
      if (used) tell(used, "interaction");
    },
    true,
  );
  grow(document);
  later = true;
};
