// Shares of sites, and the token that a page takes from the link.

/** Makes a share, and gives it as it is shown, with the token that its page sends. */
export async function makeShare(api, site, terms = {}, headers = {}) {
  const share = await api.mustOwner("POST", `/api/v1/sites/${site}/shares`, { name: "Public", ...terms }, headers);
  return { ...share, token: tokenOf(share.url) };
}

/** The token of a link: its id and what is behind the `#`. */
export function tokenOf(url) {
  const [, id, secret] = /\/share\/([0-9a-f]{16})#([0-9a-f]{64})$/.exec(url);
  return `passerby_share_${id}_${secret}`;
}
