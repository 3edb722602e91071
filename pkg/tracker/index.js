// The tracker for those who bundle: the page of the script tag (`page.js`), started by a call instead of by its tag. On a
// server everything here does nothing.
import { start } from "./page.js";

export { attributes, mark, markWithin } from "./mark.js";

const IN_PAGE = typeof document == "object";
/** How many events wait for a tracker that may never come. */
const WAITING_MAX = 300;

/** The page's function, whoever started it; before that, one that keeps its calls, as the tag's snippet does. */
const passerby = () => {
  if (!self.passerby) {
    const calls = [];
    self.passerby = Object.assign((...call) => void (calls.length < WAITING_MAX && calls.push(call)), { q: calls });
  }
  return self.passerby;
};

/** What was asked of a tracker that is not there yet: the method and what it was given. */
const asked = [];
const answer = () => {
  if (self.passerby?.off) for (const [method, ...given] of asked.splice(0)) self.passerby[method](...given);
};
const ask = (...call) => {
  if (!IN_PAGE) return;
  asked.push(call);
  answer();
  // A tag's script is there by then.
  if (asked[0]) addEventListener("load", answer, { once: true });
};

/** An option as the tag's attribute would say it; nothing where it is off. */
const attribute = ([name, value]) => {
  if (value == null || (value === false && name != "auto")) return [];
  return [[name, Array.isArray(value) ? value.join(",") : value === true ? "" : `${value}`]];
};

export const init = ({ api, ...options } = {}) => {
  if (!IN_PAGE) return;
  if (!api)
    return console.warn(
      "passerby: init() needs `api`, the address that takes events: https://your-collector.example/e",
    );
  // A page that is counted already is not counted twice.
  if (!self.passerby?.off) start(Object.fromEntries(Object.entries(options).flatMap(attribute)), api, () => import("./main.js"));
  answer();
};

const component = (name, fields) => {
  if (!IN_PAGE) return;
  const page = passerby();
  if (page.component) page.component(name, fields);
  else page("component", { component: { ...fields, name } });
};

export const track = /* @__PURE__ */ Object.assign(
  (name, options) => {
    if (IN_PAGE) passerby()(name, options);
  },
  { component },
);

export const consent = (given) => ask("consent", given);

export const off = () => ask("off");

export const inspect = async () => {
  if (!IN_PAGE) return;
  // What knows what is sent comes when the page is idle.
  for (let tries = 0; tries < 60 && !self.passerby?.inspect; tries++)
    await new Promise((done) => setTimeout(done, 500));
  await self.passerby?.inspect?.();
};
