/** What a page's tracker is told once. Each is an attribute of the script tag, too: `data-site`, `data-api`, … */
export interface Options {
  /** The address that takes events, such as `https://your-collector.example/e`. */
  api: string;
  /** The site's domain, as it was added to the dashboard; the page's host without it. */
  site?: string;
  /** Whether routes are in the fragment (`#/inbox`). */
  hash?: boolean;
  /** Paths not to count, such as `["/admin/**", "/preview/*"]`. */
  exclude?: string | readonly string[];
  /** Routes that stand for every path they match, such as `["/orders/*"]`. */
  mask?: string | readonly string[];
  /** Whether Do Not Track is respected too; Global Privacy Control always is. */
  dnt?: boolean;
  /** Whether pages are counted by themselves; true without it. */
  auto?: boolean;
  /** Whether anything is noticed before the visitor agrees; `none-needed` without it. */
  consent?: "none-needed" | "opt-in" | "opt-out";
  /** Whether pages of this machine (`localhost`, `127.0.0.1`, `file:`) are counted. */
  local?: boolean;
  /** Whether browsers under automation are counted. */
  automated?: boolean;
  /** One in how many vitals, errors, components and requests is sent, 2 to 100; totals stay unbiased. */
  sample?: number;
  /** Whether marked components are watched: seen, used, and how long they took to appear. */
  components?: boolean;
  /** Whether calls of `fetch` and `XMLHttpRequest` are timed; or whose, by origin. */
  requests?: boolean | string;
}

/** What a property may be; other values are written as text, `null` and `undefined` are left out. */
export type Value = string | number | boolean | null | undefined;

/** What an event may have beside its name. */
export interface EventOptions {
  /** Up to 30 of them. */
  props?: Readonly<Record<string, Value>>;
  /** Money that it brought, with the currency's ISO 4217 code. */
  revenue?: { amount: number; currency: string };
  /** Whether the visitor did it, so that the visit is no bounce; true without it. */
  interactive?: boolean;
  /** The page it belongs to, if not the one that is shown. */
  url?: string;
}

/** What a component may be beside its name. */
export interface ComponentFields {
  /** Which of its looks, such as `ghost`. */
  variant?: string;
  /** Which release of it, such as `2.1`. */
  version?: string;
  /** What happened to it: `impression`, `interaction`, or a word of yours. */
  action?: string;
  /** How long that took, in milliseconds. */
  duration_ms?: number;
}

/** What a marked element says of the component that it is. */
export interface Mark {
  /** The component's name. */
  name: string;
  /** Which of its looks. */
  variant?: string;
  /** Which release of it. */
  version?: string;
}

/** Reports what happens. Calls before `init` wait for it. */
export interface TrackFunction {
  /** Reports an event by a name of yours; `pageview` counts a page. */
  (name: string, options?: EventOptions): void;
  /** Reports what happened to a component that is not marked. */
  component(name: string, fields?: ComponentFields): void;
}

/** Starts the page's tracker. Where one runs already, by a script tag or an earlier call, that one stays the only one. */
export function init(options: Options): void;

/** Reports what happens. */
export const track: TrackFunction;

/** Says what the visitor chose. */
export function consent(given: boolean): void;

/** Ends all counting until the page is loaded again. */
export function off(): void;

/** Shows on the page what is sent, and what became of it; it waits up to half a minute for a tracker. */
export function inspect(): Promise<void>;

/** The attributes that mark an element, for templates: `<button {...attributes({ name: "Button" })}>`. */
export function attributes(
  fields: Mark,
): Record<"data-track" | "data-track-variant" | "data-track-version", string | undefined>;

/** Marks an element, or with no name takes its marks away. */
export function mark(element: Element, fields: Partial<Mark>): void;

/**
 * Marks the first element within a wrapper that has no box of its own (`display: contents`), and whatever takes its place.
 * Gives the function that ends that.
 */
export function markWithin(wrapper: Element, fields: Mark): () => void;
