import type { Mark, Options, TrackFunction } from "@passerby/tracker";
import type { FunctionalComponent, ObjectDirective, Plugin } from "vue";

export type { EventOptions, Mark, Options, TrackFunction } from "@passerby/tracker";

/** `app.use(passerby, options)`: starts the tracker, unless a script tag does and there are no options; registers `v-track` and `<Track>`. */
export const passerby: Plugin<[options?: Options]>;

/** Gives the function that reports events. */
export function useTrack(): TrackFunction;

/** `v-track="'Button'"` or `v-track="{ name: 'Button', variant: 'ghost' }"`: marks an element, or a component's root. */
export const vTrack: ObjectDirective<Element, string | Mark>;

/** Marks what stands in it: a single element or component itself, anything else by a wrapper that leaves the layout alone. */
export const Track: FunctionalComponent<Mark>;

declare module "vue" {
  interface GlobalComponents {
    Track: typeof Track;
  }
  interface GlobalDirectives {
    vTrack: typeof vTrack;
  }
}
