import { createApp, h, withDirectives } from "vue";
import { passerby, Track, useTrack, vTrack } from "@passerby/vue";
import type { Mark, Options } from "@passerby/vue";

const options: Options = { api: "https://a.test/e" };
const mark: Mark = { name: "Button" };
createApp({}).use(passerby, options);
createApp({}).use(passerby);
useTrack()("Called", { props: { plan: "pro" } });
h(Track, { name: "Button", variant: "ghost" }, () => "text");
withDirectives(h("p"), [[vTrack, mark]]);

// @ts-expect-error a mark has a name
h(Track, { variant: "ghost" });
// @ts-expect-error an address is needed
createApp({}).use(passerby, { site: "a.test" });
