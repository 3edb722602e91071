// A view's module: the page imports this when somebody looks at the view.
import start, { content, requests, speak, take } from "dashboard-views";

await start({ module_or_path: new URL(__VIEW_WASM__, import.meta.url) });
export { content, requests, speak, take };
