// The module that holds the visits of the days shown: the page imports it when it has time.
import start, { add, answer, clear } from "dashboard-views";

await start({ module_or_path: new URL(__VIEW_WASM__, import.meta.url) });
export { add, answer, clear };
