import { Passerby } from "@passerby/node";
import type { ClientOptions, CommandFields, EventOptions, Outcome, RequestFields } from "@passerby/node";

const options: ClientOptions = {
  url: "https://a.test",
  site: "a.test",
  key: "k",
  sign: false,
  onOutcome: ({ outcome }: Outcome) => console.log(outcome),
};
const passerby = new Passerby(options);
const event: EventOptions = {
  ip: "203.0.113.7",
  userAgent: "a",
  props: { plan: "pro" },
  revenue: { amount: "4.20", currency: "EUR" },
  at: new Date(),
};
const request: RequestFields = { method: "GET", route: "/a/:id", status: 200 };
const command: CommandFields = { name: "build", flags: ["--release"], success: true };
const id: string | undefined = passerby.track("Called", event);
passerby.request(request);
passerby.command({ ...command, ...event });
const all: boolean = await passerby.flush({ timeoutMs: 100 });
await passerby.close();
console.log(id, all, passerby.waiting + passerby.dropped);

// @ts-expect-error a key is needed
new Passerby({ url: "https://a.test", site: "a.test" });
// @ts-expect-error a request has a route
passerby.request({ method: "GET" });
// @ts-expect-error it is only read
passerby.dropped = 0;
