import passerby from "@passerby/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const { VITE_COLLECTOR } = loadEnv(mode, import.meta.dirname);
  return {
    plugins: [
      // `local`, because this page is looked at on your own machine, which is not counted otherwise.
      passerby({
        src: `${VITE_COLLECTOR}/p.js`,
        site: "vite.example",
        local: true,
        components: { Button: { version: "2.1" } },
      }),
      react(),
    ],
  };
});
