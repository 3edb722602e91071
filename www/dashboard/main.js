// Starts the dashboard's module, with the page's words where they are not English; says so where the browser cannot.
import start, { begin } from "dashboard-wasm";

// Where the module of each view lies.
const views = __DASHBOARD_VIEWS__;

// What is said is in the page, in its language.
const explain = (template) => {
  const paragraph = document.createElement("p");
  paragraph.className = "fallback";
  paragraph.setAttribute("role", "alert");
  paragraph.textContent = document.getElementById(template).content.textContent;
  document.getElementById("app").replaceChildren(paragraph);
};

// The catalogue that the edge has named; a page without it is in English.
const catalogue = async () => {
  const link = document.getElementById("words");
  const answer = link && (await fetch(link.href).catch(() => undefined));
  return answer?.ok ? answer.text() : undefined;
};

if (typeof WebAssembly === "object") {
  Promise.all([catalogue(), start({ module_or_path: __DASHBOARD_WASM__ })]).then(([words]) => {
    // A view's module has memory of its own, and so its own copy of the words.
    const load = async (view) => {
      const module = await import(views[view]);
      if (words) module.speak?.(words);
      return module;
    };
    begin(load, words);
  }).catch((error) => {
    console.error(error);
    explain("unloaded");
  });
} else {
  explain("without-wasm");
}
