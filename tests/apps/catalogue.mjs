// The real applications that the tracker is put into. None is written here: templates and routers come from npm, the
// documentation from Debian; a folder beside this file holds the few lines that wire a router into a template.
import { join } from "node:path";
import { ROOT } from "../harness/paths.mjs";

/**
 * - `template`: of create-vite
 * - `install`: the packages that are added to it
 * - `hash`: whether its router keeps the route in the fragment
 */
export const APPS = {
  react: { template: "react", install: ["react-router@7"] },
  vue: { template: "vue", install: ["vue-router@5"] },
  svelte: { template: "svelte", install: ["svelte-spa-router@5"], hash: true },
  lit: { template: "lit", install: ["@lit-labs/router@0.1"] },
  vitepress: { install: ["vitepress@1.6"] },
  sqlite: {},
};

/** The committed files of an application. */
export const overlay = (name) => join(ROOT, "tests/apps", name);
/** Where an application is made. */
export const workshop = (name) => join(ROOT, "target/apps", name);
