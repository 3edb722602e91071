"use client";
// Marks components and hands out `track`. Nothing here has state, so nothing renders again because of it.
import { cloneElement, createElement, forwardRef, isValidElement, useCallback, useRef } from "react";
import { attributes, markWithin, track } from "@passerby/tracker";

export const useTrack = () => track;

/** A wrapper that leaves the layout alone, for what takes no attributes. */
const Wrapper = ({ name, variant, version, children }) => {
  const stop = useRef();
  const ref = useCallback(
    (node) => {
      stop.current?.();
      stop.current = node ? markWithin(node, { name, variant, version }) : undefined;
    },
    [name, variant, version],
  );
  return createElement(
    "span",
    { ...attributes({ name, variant, version }), style: { display: "contents" }, ref },
    children,
  );
};

export const Track = ({ children, ...mark }) => {
  if (isValidElement(children) && typeof children.type == "string") return cloneElement(children, attributes(mark));
  // Words alone have a box as soon as their element has one.
  if (["string", "number"].includes(typeof children)) return createElement("span", attributes(mark), children);
  return createElement(Wrapper, mark, children);
};

export const withTracking = (Component, mark) => {
  const Tracked = forwardRef((props, ref) => createElement(Track, mark, createElement(Component, { ...props, ref })));
  Tracked.displayName = `withTracking(${Component.displayName || Component.name || Component})`;
  return Tracked;
};
