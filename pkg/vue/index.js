// A plugin, a directive and a component that mark, and the function that reports.
import { cloneVNode, Comment, Fragment, h, Text, withDirectives } from "vue";
import { attributes, init, mark, markWithin, track } from "@passerby/tracker";

export const useTrack = () => track;

/** What a directive was given: the mark, or its name alone. */
const given = (value) => (typeof value == "string" ? { name: value } : value);

export const vTrack = {
  created: (element, { value }) => mark(element, given(value)),
  updated: (element, { value }) => mark(element, given(value)),
  getSSRProps: ({ value }) => attributes(given(value)),
};

/** By wrapper, what ends the marking of what stands in it. */
const stops = new WeakMap();
const vTrackWithin = {
  mounted: (wrapper, { value }) => stops.set(wrapper, markWithin(wrapper, value)),
  updated(wrapper, { value, oldValue }) {
    if (["name", "variant", "version"].every((field) => value[field] === oldValue[field])) return;
    stops.get(wrapper)();
    stops.set(wrapper, markWithin(wrapper, value));
  },
  unmounted: (wrapper) => stops.get(wrapper)(),
  getSSRProps: () => ({}),
};

/** What a slot shows: fragments taken apart, comments left out. */
const shown = (nodes) =>
  nodes.flatMap((node) =>
    node.type === Comment ? [] : node.type === Fragment && Array.isArray(node.children) ? shown(node.children) : [node],
  );

export const Track = (fields, { slots }) => {
  const nodes = shown(slots.default?.() ?? []);
  if (nodes.length == 1 && nodes[0].type !== Text) return cloneVNode(nodes[0], attributes(fields));
  // Words alone have a box as soon as their element has one.
  if (nodes.every((node) => node.type === Text)) return h("span", attributes(fields), nodes);
  return withDirectives(h("span", { ...attributes(fields), style: "display: contents" }, nodes), [
    [vTrackWithin, { ...fields }],
  ]);
};
Track.props = ["name", "variant", "version"];
Track.inheritAttrs = false;

export const passerby = {
  install(app, options) {
    if (options) init(options);
    app.directive("track", vTrack);
    app.component("Track", Track);
  },
};
