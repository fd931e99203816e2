import { defineConfig } from "vite";

/** The page as `scripts/build.ts` builds it: relative addresses, so that it also works behind a proxy's folder. */
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    // No inline script: the gateway's content security policy forbids it.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
