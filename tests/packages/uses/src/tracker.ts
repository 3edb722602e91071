import { attributes, consent, init, inspect, mark, markWithin, off, track } from "@passerby/tracker";
import type { ComponentFields, EventOptions, Mark, Options, TrackFunction } from "@passerby/tracker";

const options: Options = {
  api: "https://a.test/e",
  site: "a.test",
  exclude: ["/a"],
  consent: "opt-in",
  sample: 2,
  requests: true,
  components: true,
};
init(options);
const event: EventOptions = {
  props: { plan: "pro", seats: 3, trial: null },
  revenue: { amount: 1, currency: "EUR" },
  interactive: false,
};
track("Signup", event);
const fields: ComponentFields = { variant: "ghost", version: "2", action: "opened", duration_ms: 3 };
track.component("Dialog", fields);
const report: TrackFunction = track;
report("Signup");
consent(true);
off();
await inspect();
const button: Mark = { name: "Button", variant: "ghost" };
const marked: string | undefined = attributes(button)["data-track-variant"];
mark(document.body, button);
mark(document.body, {});
const stop: () => void = markWithin(document.body, button);
stop();

// @ts-expect-error an address is needed
init({ site: marked ?? "" });
// @ts-expect-error there is no such mode
init({ api: "", consent: "maybe" });
// @ts-expect-error properties are not nested
track("Signup", { props: { plan: { name: "pro" } } });
// @ts-expect-error money has a currency
track("Signup", { revenue: { amount: 1 } });
