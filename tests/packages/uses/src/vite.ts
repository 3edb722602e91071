import { defineConfig } from "vite";
import passerby, { passerby as named } from "@passerby/vite";
import type { Component, PluginOptions } from "@passerby/vite";

const button: Component = { name: "Button", version: "2.1", variantFrom: "kind" };
const options: PluginOptions = {
  src: "https://a.test/p.js",
  site: "a.test",
  components: { Button: button, Card: true },
  modules: ["src/**"],
  dev: true,
};
export default defineConfig({ plugins: [passerby(options), named({ components: false }), named()] });

// @ts-expect-error a version is text
passerby({ components: { Button: { version: 2 } } });
