import type { Mark, TrackFunction } from "@passerby/tracker";
import type { ComponentProps, ElementType, ForwardRefExoticComponent, ReactElement, ReactNode } from "react";

export type { EventOptions, Mark, TrackFunction } from "@passerby/tracker";

/** Gives the function that reports events, always the same one. */
export function useTrack(): TrackFunction;

/**
 * Marks what stands in it as a component. A single DOM element gets the marks itself, anything else a wrapper that leaves the
 * layout alone.
 */
export function Track(props: Mark & { children?: ReactNode }): ReactElement;

/** Gives the component with a mark around it; props and refs pass through. */
export function withTracking<C extends ElementType>(
  Component: C,
  mark: Mark,
): ForwardRefExoticComponent<ComponentProps<C>>;
