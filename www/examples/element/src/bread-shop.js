// A component with a shadow root: what is put into it is marked by its slot, its buttons are marked where they stand.
const STYLE = `
  .choice { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
  button { font: inherit; padding: .55rem 1.3rem; border: 1px solid var(--crust); border-radius: .4rem; color: var(--paper); background: var(--crust); cursor: pointer; }
  button.ghost { color: var(--crust); background: none; }
  button:focus-visible { outline: 2px solid var(--crust); outline-offset: 3px; }`;

customElements.define(
  "bread-shop",
  class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = `<style>${STYLE}</style>
        <passerby-track name="Loaf"><slot></slot></passerby-track>
        <div class="choice">
          <passerby-track name="Button" variant="solid" version="2.1"><button>Order a loaf</button></passerby-track>
          <passerby-track name="Button" variant="ghost" version="2.1"><button class="ghost">Ask the baker</button></passerby-track>
        </div>`;
      root.querySelector("button").addEventListener("click", () => this.dispatchEvent(new Event("order")));
    }
  },
);
