// Starts the dashboard's module; says so in words where the browser cannot.
import start, { begin } from "dashboard-wasm";

// Where the module of each view lies.
const views = __DASHBOARD_VIEWS__;

const explain = (message) => {
  const paragraph = document.createElement("p");
  paragraph.className = "fallback";
  paragraph.setAttribute("role", "alert");
  paragraph.textContent = message;
  document.getElementById("app").replaceChildren(paragraph);
};

if (typeof WebAssembly === "object") {
  start({ module_or_path: __DASHBOARD_WASM__ }).then(() => begin((view) => import(views[view]))).catch((error) => {
    console.error(error);
    explain("The dashboard could not be loaded. Reload the page; if that does not help, the server may have been updated or WebAssembly may be blocked.");
  });
} else {
  explain("This browser has WebAssembly switched off, which the dashboard needs. Your numbers are safe, and to be had from the API.");
}
