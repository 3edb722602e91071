// The module from beside this script, compiled while it arrives.

/** Gives what the module's instance exports. */
export const load = async () => (await WebAssembly.instantiateStreaming(fetch(new URL(__TRACKER_WASM__, import.meta.url)))).instance.exports;
