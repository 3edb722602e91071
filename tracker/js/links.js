// Links that lead elsewhere, files, and forms: custom events under the names that goals of Plausible have.

const FILES = /\.(pdf|(xls|doc|ppt)x?|pps|txt|rtf|csv|exe|key|7z|pkg|rar|gz|zip|avi|mov|mp[34]|mpe?g|wm[av]|midi?|wav|dmg)$/i;

/** Watches clicks and forms. `put` takes an event, `clean` says what is kept of an address. */
export const links = (put, clean) => {
  const clicked = (event) => {
    // A link in a shadow root is on the path, too.
    const link = event.composedPath().find((node) => node.localName == "a" && node.href);
    if (!link || event.button > 1) return;
    const name = FILES.test(link.pathname) || link.hasAttribute("download") ? "File Download" : link.host && link.host != location.host && "Outbound Link: Click";
    if (name) put(name, { props: { url: clean(link) } });
  };
  addEventListener("click", clicked, true);
  addEventListener("auxclick", clicked, true);
  addEventListener("submit", () => put("Form: Submission", { props: { path: location.pathname } }), true);
};
