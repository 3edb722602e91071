// Instruments in a page: every global, and every attribute and method of every interface of the web platform, notes who
// touched it. What the language itself brings is left alone, except for what tells machines apart; so are `window`, `document`
// and `location`, which no page can change.

/** Runs in the page before anything else of it. `window.touched(address)` lists what scripts from there have touched. */
export function instrument() {
  const { defineProperty, getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
  const { call } = Function.prototype;
  const includes = call.bind(String.prototype.includes);
  const has = call.bind(Object.prototype.hasOwnProperty);
  const TheError = Error;
  TheError.stackTraceLimit = 50;
  const touches = [];
  let noting = false;

  const note = (what) => {
    // What the notes themselves touch is no touch.
    if (noting) return;
    noting = true;
    try {
      touches[touches.length] = [what, new TheError().stack];
    } finally {
      noting = false;
    }
  };

  /** Makes a property of an object an attribute that notes each use, under a name. */
  const watch = (object, property, what) => {
    const known = getOwnPropertyDescriptor(object, property);
    if (!known?.configurable) return;
    if (known.get || known.set) {
      defineProperty(object, property, {
        ...known,
        get: known.get && function () {
          note(what);
          return call.call(known.get, this);
        },
        set: known.set && function (value) {
          note(`${what} =`);
          call.call(known.set, this, value);
        },
      });
      return;
    }
    let { value } = known;
    defineProperty(object, property, {
      configurable: true,
      enumerable: known.enumerable,
      get() {
        note(what);
        return value;
      },
      set(other) {
        note(`${what} =`);
        if (this === object || this === undefined) value = other;
        // What is set on one object stays with it.
        else defineProperty(this, property, { value: other, configurable: true, enumerable: true, writable: true });
      },
    });
  };

  const LANGUAGE = [
    "Object", "Function", "Array", "Number", "Boolean", "String", "Symbol", "Date", "Promise", "RegExp", "Error", "AggregateError",
    "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "SuppressedError", "ArrayBuffer", "Uint8Array",
    "Int8Array", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array", "Float16Array", "Float32Array", "Float64Array",
    "Uint8ClampedArray", "BigUint64Array", "BigInt64Array", "DataView", "Map", "BigInt", "Set", "Iterator", "WeakMap", "WeakSet",
    "WeakRef", "Proxy", "FinalizationRegistry", "SharedArrayBuffer", "DisposableStack", "AsyncDisposableStack", "InternalError",
    "Math", "JSON", "Reflect", "Atomics", "globalThis", "NaN", "Infinity", "undefined", "isNaN", "isFinite", "parseFloat", "parseInt",
    "eval", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape",
  ];
  /** What of the language tells where somebody is, which language they read, and how their machine counts. */
  const TELLING = [
    [Date.prototype, "Date.prototype", ["getTimezoneOffset", "toString", "toTimeString", "toLocaleString", "toLocaleDateString", "toLocaleTimeString"]],
    [Intl.DateTimeFormat.prototype, "Intl.DateTimeFormat.prototype", ["resolvedOptions", "format"]],
    [Number.prototype, "Number.prototype", ["toLocaleString"]],
  ];

  const watched = [];
  // Some interfaces have a second, older name, which comes last.
  const older = (name) => /^webkit/i.test(name);
  const globals = getOwnPropertyNames(window).filter((name) => !LANGUAGE.includes(name)).sort((a, b) => older(a) - older(b));
  for (const name of globals) {
    const value = getOwnPropertyDescriptor(window, name)?.value;
    if (typeof value !== "function" || !value.prototype || watched.includes(value.prototype)) continue;
    watched.push(value.prototype);
    for (const property of getOwnPropertyNames(value.prototype)) if (property !== "constructor") watch(value.prototype, property, `${name}.${property}`);
    for (const property of getOwnPropertyNames(value)) if (!has(Function.prototype, property) && property !== "prototype") watch(value, property, `${name}::${property}`);
  }
  for (const [object, name, properties] of TELLING) for (const property of properties) watch(object, property, `${name}.${property}`);
  for (const name of globals) watch(window, name, name);

  defineProperty(window, "touched", {
    value: (address) => {
      noting = true;
      const found = [...new Set(touches.filter(([, stack]) => includes(stack, address)).map(([what]) => what))].sort();
      noting = false;
      return found;
    },
  });
}
