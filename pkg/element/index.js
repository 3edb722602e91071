// `<passerby-track name="Card" variant="wide">`: marks what stands in it, wherever it stands.
import { mark, markWithin } from "@passerby/tracker";

/** On a server there are no elements, and nothing to define. */
const Base = globalThis.HTMLElement ?? class {};

export class PasserbyTrack extends Base {
  static observedAttributes = ["name", "variant", "version"];
  /** Ends the marking of what stands in it now. */
  #stop;

  connectedCallback() {
    this.#stop?.();
    // Without a box of its own it is no second thing to be seen.
    this.style.display = "contents";
    const fields = Object.fromEntries(
      PasserbyTrack.observedAttributes.map((name) => [name, this.getAttribute(name) ?? undefined]),
    );
    mark(this, fields);
    this.#stop = markWithin(this, fields);
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = undefined;
  }

  attributeChangedCallback() {
    // Before it stands in a page, there is nothing to mark.
    if (this.#stop) this.connectedCallback();
  }
}

if (globalThis.customElements && !customElements.get("passerby-track"))
  customElements.define("passerby-track", PasserbyTrack);
