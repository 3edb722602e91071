import type { Action } from "svelte/action";
import type { Attachment } from "svelte/attachments";
import { attributes, consent, init, inspect, off, track, tracked } from "@passerby/svelte";
import type { EventOptions, Mark, Options } from "@passerby/svelte";

const options: Options = { api: "https://a.test/e" };
const mark: Mark = { name: "Button" };
const event: EventOptions = { interactive: false };
init(options);
const action: Action<Element, string | Mark> = track;
const attachment: Attachment<Element> = tracked(mark);
track("Called", event);
track.component("Dialog", { action: "opened" });
attributes(mark);
consent(false);
off();
await inspect();

export { action, attachment };
// @ts-expect-error a mark has a name
tracked({ variant: "ghost" });
