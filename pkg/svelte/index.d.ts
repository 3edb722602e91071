import type { Mark, TrackFunction } from "@passerby/tracker";

export { attributes, consent, init, inspect, off } from "@passerby/tracker";
export type { EventOptions, Mark, Options, TrackFunction } from "@passerby/tracker";

/** An action: what Svelte gets for `use:track`. */
export interface TrackAction {
  (element: Element, mark: string | Mark): { update(mark: string | Mark): void };
}

/** `<button use:track={{ name: "Button", variant: "ghost" }}>` marks an element; `track("Signup", { … })` reports an event. */
export const track: TrackAction & TrackFunction;

/** The same mark as an attachment: `<button {@attach tracked({ name: "Button" })}>`. */
export function tracked(mark: string | Mark): (element: Element) => () => void;
