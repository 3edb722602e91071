import { createApp } from "vue";
import { passerby } from "@passerby/vue";
import App from "./App.vue";
import "../../style.css";

createApp(App)
  // `local`, because this page is looked at on your own machine, which is not counted otherwise.
  .use(passerby, { site: "vue.example", api: `${import.meta.env.VITE_COLLECTOR}/e`, local: true, components: true })
  .mount("#app");
