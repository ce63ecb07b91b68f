import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// The page is served under /console/ by the engine, which embeds dist. Nothing is inlined, so that a strict policy of what
// may be loaded holds.
export default defineConfig({
  base: "/console/",
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false })],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    chunkSizeWarningLimit: 150,
  },
});
