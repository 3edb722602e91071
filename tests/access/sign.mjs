// Signatures as docs/access.md describes them, by another implementation than the collector's.
import { createHmac, randomBytes } from "node:crypto";

/** The headers of a signed request. `at` is in seconds since 1970; `nonce`, `text` and `id` may be others than they should be. */
export function signed(key, body, { at = Math.floor(Date.now() / 1000), nonce = randomBytes(16).toString("hex"), id = key.split("_")[1] } = {}) {
  const signature = createHmac("sha256", key).update(`${at}.${nonce}.${body}`).digest("hex");
  return {
    "x-passerby-key": id,
    "x-passerby-timestamp": `${at}`,
    "x-passerby-nonce": nonce,
    "x-passerby-signature": signature,
  };
}

/** Makes a key of a site, and gives it as it is shown. */
export const makeKey = (api, site, scopes, name = scopes.join(" and ")) =>
  api.mustOwner("POST", `/api/v1/sites/${site}/keys`, { name, scopes });
