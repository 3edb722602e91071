// Members of sites, and how they sign in.

/** Makes a member of a site, and gives the account as it is shown: `{id, key, …}`. */
export const makeMember = (api, site, role, name = role) => api.mustOwner("POST", `/api/v1/sites/${site}/members`, { name, role });

/** A try to sign in. */
export const tryKey = (api, key, headers = {}, more = {}) =>
  api.request("POST", "/api/v1/login", { body: JSON.stringify({ key, ...more }), headers: { "content-type": "application/json", ...headers } });

/** Signs in, and gives the cookie as a browser sends it. */
export async function signIn(api, key, headers) {
  const answer = await tryKey(api, key, headers);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.headers.get("set-cookie").split(";")[0];
}
