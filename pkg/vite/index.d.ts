import type { FilterPattern, Plugin } from "vite";

/** How a component is marked wherever it stands. */
export interface Component {
  /** The name that it is counted under; its own without it. */
  name?: string;
  /** Which of its looks, for all of them. */
  variant?: string;
  /** Which release of it. */
  version?: string;
  /** The attribute that says which of its looks; `variant` without it. */
  variantFrom?: string;
}

/** What the plugin is told. */
export interface PluginOptions {
  /** The tag's address, `https://your-collector.example/p.js`; without it no tag is put into the page. */
  src?: string;
  /** Whether the development server's pages have the tag, too. */
  dev?: boolean;
  /** Components to mark, by the names that they have in templates; `false` marks and watches none, not even by comments. */
  components?: false | Record<string, boolean | Component>;
  /** Modules to look for components in; those that end in `.jsx`, `.tsx`, `.vue` and `.svelte` without it. */
  modules?: FilterPattern;
  /** The site's domain. */
  site?: string;
  /** The address that takes events, if it is not beside `src`. */
  api?: string;
  /** Whether routes are in the fragment. */
  hash?: boolean;
  /** Paths not to count. */
  exclude?: string | readonly string[];
  /** Routes that stand for every path they match. */
  mask?: string | readonly string[];
  /** Whether Do Not Track is respected too. */
  dnt?: boolean;
  /** Whether pages are counted by themselves. */
  auto?: boolean;
  /** Whether anything is noticed before the visitor agrees. */
  consent?: "none-needed" | "opt-in" | "opt-out";
  /** Whether pages of this machine are counted. */
  local?: boolean;
  /** Whether browsers under automation are counted. */
  automated?: boolean;
  /** One in how many vitals, errors, components and requests is sent. */
  sample?: number;
  /** Whether calls of `fetch` and `XMLHttpRequest` are timed. */
  requests?: boolean | string;
}

/** Puts the tag into the page and marks components while they are built. It stands before the framework's own plugin. */
export function passerby(options?: PluginOptions): Plugin;

export default passerby;
