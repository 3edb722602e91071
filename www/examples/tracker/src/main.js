import { init, mark, track } from "@passerby/tracker";
import "../../style.css";

// `local`, because this page is looked at on your own machine, which is not counted otherwise.
init({ site: "tracker.example", api: `${import.meta.env.VITE_COLLECTOR}/e`, local: true, components: true });

document.getElementById("app").innerHTML = `
  <h1>Rye bread, baked at four</h1>
  <p>Both buttons are one component in two variants. Each is seen once, and each click counts.</p>
  <figure data-track="Loaf"><output>12</output> loaves are left today.</figure>
  <div class="choice"><button class="solid">Order a loaf</button> <button class="ghost">Ask the baker</button></div>
  <a href="https://bread.example/rye">How it is made</a>`;

for (const variant of ["solid", "ghost"])
  mark(document.querySelector(`.${variant}`), { name: "Button", variant, version: "2.1" });

const left = document.querySelector("output");
document.querySelector(".solid").addEventListener("click", () => {
  left.value -= 1;
  track("Order", { props: { bread: "rye" }, revenue: { amount: 4.2, currency: "EUR" } });
});
