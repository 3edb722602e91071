import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { init } from "@passerby/tracker";
import { App } from "./App.jsx";
import "../../style.css";

// `local`, because this page is looked at on your own machine, which is not counted otherwise.
init({ site: "react.example", api: `${import.meta.env.VITE_COLLECTOR}/e`, local: true, components: true });

createRoot(document.getElementById("app")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
