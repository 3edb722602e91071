import { mount } from "svelte";
import { init } from "@passerby/svelte";
import App from "./App.svelte";
import "../../style.css";

// `local`, because this page is looked at on your own machine, which is not counted otherwise.
init({ site: "svelte.example", api: `${import.meta.env.VITE_COLLECTOR}/e`, local: true, components: true });

mount(App, { target: document.getElementById("app") });
