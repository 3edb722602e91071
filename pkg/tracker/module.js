// The tracker's module within the script that loads it: a bundler has nothing to find, and nothing to configure.
import base64 from "./tracker.bin";

/** Gives what the module's instance exports. */
export const load = async () => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports;
};
