// What fails in a page: the type and a hash of where, never the message.

/** Watches for errors; `add` takes an event. */
export const errors = (add) => {
  const ERROR = 7;
  // A page that fails in a loop says so that often.
  let left = 50;
  const failed = ({ error, reason = error, filename, lineno, colno }) => {
    const type = `${reason?.name || "Error"}`.slice(0, 99);
    // A rejection has no place of its own: it is where its stack says first.
    const place = filename ? filename.split(/[?#]/)[0] + lineno + "," + colno : /\w+:\/\/[^\s?#]+/.exec(reason?.stack);
    let hash = 0;
    for (const letter of type + place) hash = (Math.imul(hash, 31) + letter.charCodeAt()) >>> 0;
    if (left-- > 0) add(ERROR, [type, hash.toString(16)]);
  };
  addEventListener("error", failed);
  addEventListener("unhandledrejection", failed);
};
