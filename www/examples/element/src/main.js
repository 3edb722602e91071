import { init, track } from "@passerby/tracker";
import "@passerby/element";
import "./bread-shop.js";
import "../../style.css";

// `local`, because this page is looked at on your own machine, which is not counted otherwise.
init({ site: "element.example", api: `${import.meta.env.VITE_COLLECTOR}/e`, local: true, components: true });

document.getElementById("app").innerHTML = `
  <h1>Rye bread, baked at four</h1>
  <p>Both buttons are one component in two variants, within a shadow root. Each is seen once, and each click counts.</p>
  <bread-shop><figure><output>12</output> loaves are left today.</figure></bread-shop>
  <a href="https://bread.example/rye">How it is made</a>`;

const left = document.querySelector("output");
document.querySelector("bread-shop").addEventListener("order", () => {
  left.value -= 1;
  track("Order", { props: { bread: "rye" }, revenue: { amount: 4.2, currency: "EUR" } });
});
