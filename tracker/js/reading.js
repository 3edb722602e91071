// How long a page was looked at, and how far down.

/**
 * Watches the reader. `tell` takes a time and the fields of an engagement: the depth in percent, one higher, and the
 * milliseconds that the page was visible and focused since the last time. Gives the function that settles what was read so
 * far, for when the page is left, hidden or shown.
 */
export const reading = (tell) => {
  let since = 0;
  let spent = 0;
  let depth = 0;
  let told = 0;
  const scrolled = () => {
    depth = Math.max(depth, Math.min(100, Math.round(((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100)) || 0);
  };
  const watch = () => {
    const now = Date.now();
    if (since) spent += Math.max(now - since, 0);
    since = !document.hidden && document.hasFocus() ? now : 0;
  };
  for (const name of ["focus", "blur"]) addEventListener(name, watch);
  addEventListener("scroll", scrolled);
  watch();
  return (at, left) => {
    watch();
    if (document.hidden || left) {
      if (spent) tell(at, [depth + 1, spent]);
      spent = 0;
    }
    if (left) depth = 0;
    scrolled();
  };
};
