// What Vue's bindings have to stand: a server's markup, content of one element, of words, of several, or changing.
import { createSSRApp, h, ref, resolveDirective, withDirectives } from "vue";
import { passerby, Track, useTrack } from "@passerby/vue";

const Plain = { render: () => h("p", "plain") };

const Page = {
  setup() {
    const variant = ref("calm");
    const track = useTrack();
    return { variant, track };
  },
  render() {
    const marked = (element, mark) => withDirectives(element, [[resolveDirective("track"), mark]]);
    return h("main", [
      h(Track, { name: "Plain", version: "1" }, () => h(Plain)),
      h(Track, { name: "Words" }, () => "only words"),
      h(Track, { name: "Many" }, () => [h("p", "first"), h("p", "second")]),
      marked(h("a", { href: "#here" }, "link"), { name: "Link", variant: this.variant }),
      marked(h("p", "short"), "Short"),
      h("button", { onClick: () => this.track("Called") }, "call"),
      h("button", { onClick: () => (this.variant = "loud") }, "swap"),
    ]);
  },
};

export const makeApp = () => createSSRApp(Page).use(passerby);
