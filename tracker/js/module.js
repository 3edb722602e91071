// The module from beside this script, compiled while it arrives.

/** Gives what the module's instance exports. */
export const load = () =>
  fetch(new URL(__TRACKER_WASM__, import.meta.url))
    .then((answer) => WebAssembly.instantiateStreaming(answer))
    .then(({ instance }) => instance.exports);
