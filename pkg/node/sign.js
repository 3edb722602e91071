// Signatures of what is sent, by WebCrypto, so that the key itself stays here.

const encoder = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Sixteen random bytes as 32 hexadecimal digits. */
export const newId = () => hex(crypto.getRandomValues(new Uint8Array(16)));

/** Makes for each body the headers of a request that is signed now, with a nonce of its own. */
export const signer = (key) => {
  const [, id] = /^passerby_([0-9a-f]{16})_[0-9a-f]{64}$/.exec(key) ?? [];
  if (!id) throw new TypeError("Passerby signs with a key of a site, `passerby_…`.");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  let imported;
  return async (body) => {
    imported ??= crypto.subtle.importKey("raw", encoder.encode(key), hmac, false, ["sign"]);
    const timestamp = `${Math.floor(Date.now() / 1000)}`;
    const nonce = newId();
    const signature = await crypto.subtle.sign("HMAC", await imported, encoder.encode(`${timestamp}.${nonce}.${body}`));
    return {
      "x-passerby-key": id,
      "x-passerby-timestamp": timestamp,
      "x-passerby-nonce": nonce,
      "x-passerby-signature": hex(new Uint8Array(signature)),
    };
  };
};
