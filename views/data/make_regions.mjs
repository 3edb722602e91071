// Writes regions.json: the English names of subdivisions of countries by their ISO 3166-2 codes, from Unicode's CLDR.
//
//   cd views/data && npm ci && node make_regions.mjs
//
// {"DE":{"BY":"Bavaria", …}, …}: by country, then by what follows the hyphen. The page asks for it when somebody looks at the
// list of regions.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const source = "node_modules/cldr-subdivisions-full/subdivisions/en/en.json";
const names = JSON.parse(readFileSync(source, "utf8")).subdivisions.localeDisplayNames.subdivisions;
const countries = {};
for (const [code, name] of Object.entries(names).sort(([left], [right]) => (left < right ? -1 : 1))) {
  // Codes are written together and small: debw.
  const [country, part] = [code.slice(0, 2).toUpperCase(), code.slice(2).toUpperCase()];
  // CLDR marks one of two codes of the same name; people need not know.
  (countries[country] ??= {})[part] = name.replace(/²$/, "");
}
const text = JSON.stringify(countries);
writeFileSync("regions.json", text);
console.log(`${Object.keys(names).length} subdivisions, ${text.length} characters, ${brotliCompressSync(text).length} bytes of brotli`);
