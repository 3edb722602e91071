// Draws world.bin: the shapes of the world's countries as views/src/chart/world/shapes.rs reads them.
//
//   cd views/data && npm ci && node make_world.mjs
//
// Natural Earth's borders at 1:110 million are projected to Equal Earth, laid on a grid of whole numbers, and stripped
// of points that nobody could see there. Borders are kept once, as arcs that neighbours share, so that no gap can open
// between them. States too small for that scale become points, at the middle of their largest island at 1:50 million.
//
// All numbers are LEB128 varints; signed ones are zigzag.
//
//   width, height            the size of the drawing
//   arcs                     how many; of each: its points less one, then per point x and y as signed
//                            steps from the point before, the first from the last arc's first
//   countries                how many; of each: two letters of its ISO 3166-1 code ("--" where it has none), how many
//                            rings; of each: how many arcs, and each as a signed number: its index, or the complement
//                            where the ring runs through it backwards
//   points                   how many; of each: two letters of the code, x and y
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify } from "topojson-simplify";

const require = createRequire(import.meta.url);
const atlas = (scale) => JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), "utf8"));
const codes = new Map(require("i18n-iso-countries/codes.json").map(([alpha2, , numeric]) => [numeric, alpha2]));
// Natural Earth knows places by number, and these two otherwise: Kosovo has only the code that the EU made for it.
const codeOf = ({ id, properties }) => (properties.name === "Kosovo" ? "XK" : codes.get(String(id).padStart(3, "0")));

/** How wide the drawing is, in units: one is what a pixel is on a wide screen. */
const WIDTH = 1000;
/**
 * Places that have a code of their own and that Natural Earth has no shape for, or one within another country's:
 * longitude and latitude.
 */
const MORE = {
  BQ: [-68.3, 12.2], CC: [96.8, -12.2], CX: [105.6, -10.5], GF: [-53.1, 4], GI: [-5.35, 36.14], GP: [-61.5, 16.2],
  MQ: [-61, 14.6], RE: [55.5, -21.1], SJ: [16, 78.5], TK: [-171.8, -9.2], TV: [179.2, -8.5], YT: [45.15, -12.8],
};
/** Triangles of less than this many square units are taken out of borders. */
const UNSEEN = 0.9;
/** Rings of less than this many square units are left out, unless a country has no other. */
const SPECK = 2.5;

// Equal Earth: Šavrič, Patterson and Jenny, 2018, https://doi.org/10.1080/13658816.2018.1504949. Turned by eleven degrees,
// so that the cut goes through the Bering Strait and not through Chukotka.
const projection = geoEqualEarth().rotate([-11, 0]).precision(0);
const features = (scale) => {
  const world = atlas(scale);
  return feature(world, world.objects.countries).features.filter(({ properties }) => properties.name !== "Antarctica");
};
const outlines = features("110m");
// Wide enough for the islands of the Pacific, which have no shape at this scale.
const everything = { type: "FeatureCollection", features: [...outlines, ...features("50m")] };
projection.fitWidth(WIDTH, everything);
const HEIGHT = Math.ceil(geoPath(projection).bounds(everything)[1][1]);

const areaOf = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], at) => sum + x * ring[(at + 1) % ring.length][1] - ring[(at + 1) % ring.length][0] * y, 0)) / 2;
const polygonsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);

// Projected first, so that what is unseen is judged on the drawing, not on the globe.
const projected = outlines.map((country) => {
  const polygons = polygonsOf(geoProject(country.geometry, projection));
  polygons.sort((a, b) => areaOf(b[0]) - areaOf(a[0]));
  const coordinates = polygons.filter((polygon, at) => at === 0 || areaOf(polygon[0]) >= SPECK);
  return { type: "Feature", properties: { code: codeOf(country) ?? "--" }, geometry: { type: "MultiPolygon", coordinates } };
});
const shared = simplify(presimplify(topology({ countries: { type: "FeatureCollection", features: projected } })), UNSEEN);

/** Whole numbers, without points that fall together or on a straight line. */
function laidOnGrid(arc) {
  const points = arc.map(([x, y]) => [Math.round(x), Math.round(y)]);
  const kept = [points[0]];
  points.slice(1).forEach((point, at, rest) => {
    const last = kept[kept.length - 1];
    const next = rest[at + 1];
    const same = point[0] === last[0] && point[1] === last[1];
    const straight = next && (point[0] - last[0]) * (next[1] - last[1]) === (point[1] - last[1]) * (next[0] - last[0]);
    if (!next || (!same && !straight)) kept.push(point);
  });
  return kept;
}
const arcs = shared.arcs.map(laidOnGrid);
const countries = shared.objects.countries.geometries
  .map(({ properties, arcs }) => ({ code: properties.code, rings: arcs.flat() }))
  .sort((a, b) => (a.code < b.code ? -1 : 1));

const drawn = new Set(countries.map(({ code }) => code));
const points = features("50m")
  .map((country) => ({ code: codeOf(country), geometry: country.geometry }))
  .filter(({ code, geometry }) => code && geometry && !drawn.has(code))
  .map(({ code, geometry }) => {
    const rings = polygonsOf(geoProject(geometry, projection)).map(([ring]) => ring).sort((a, b) => areaOf(b) - areaOf(a));
    const middle = (axis) => {
      const values = rings[0].map((point) => point[axis]);
      return Math.round((Math.min(...values) + Math.max(...values)) / 2);
    };
    return { code, x: middle(0), y: middle(1) };
  })
  .concat(
    Object.entries(MORE).map(([code, place]) => {
      const [x, y] = projection(place).map(Math.round);
      return { code, x, y };
    }),
  )
  .filter(({ x, y }) => x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT)
  .sort((a, b) => (a.code < b.code ? -1 : 1));

const bytes = [];
const number = (value) => {
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
};
const signed = (value) => number(value < 0 ? -2 * value - 1 : 2 * value);
const letters = (code) => bytes.push(...Buffer.from(code, "latin1"));

number(WIDTH);
number(HEIGHT);
number(arcs.length);
let first = [0, 0];
for (const arc of arcs) {
  number(arc.length - 1);
  let last = first;
  for (const point of arc) {
    signed(point[0] - last[0]);
    signed(point[1] - last[1]);
    last = point;
  }
  first = arc[0];
}
number(countries.length);
for (const { code, rings } of countries) {
  letters(code);
  number(rings.length);
  for (const ring of rings) {
    number(ring.length);
    ring.forEach(signed);
  }
}
number(points.length);
for (const { code, x, y } of points) {
  letters(code);
  number(x);
  number(y);
}

const file = Buffer.from(bytes);
writeFileSync(new URL("world.bin", import.meta.url), file);
const brotli = brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_QUALITY]: 11 } });
const ends = arcs.reduce((sum, arc) => sum + arc.length, 0);
console.log(`${WIDTH} × ${HEIGHT}, ${countries.length} countries of ${arcs.length} arcs with ${ends} points, ${points.length} small ones`);
console.log(`world.bin: ${file.length} bytes, ${brotli.length} of brotli`);
const placed = new Set([...drawn, ...points.map(({ code }) => code)]);
console.log(`nowhere: ${[...codes.values()].filter((code) => !placed.has(code)).join(" ")}`);
console.log(`without code: ${countries.filter(({ code }) => code === "--").length}; small: ${points.map(({ code }) => code).join(" ")}`);
