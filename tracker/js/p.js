// What a page names in its tag.
import { start } from "./page.js";

const { src, dataset } = document.currentScript;
// A second tag counts nothing.
if (!self.passerby?.off) start(dataset, dataset.api || new URL("e", src), () => import(new URL(__TRACKER_JS__, src)));
