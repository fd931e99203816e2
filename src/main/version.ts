import { createRequire } from "node:module";

/** From package.json, wherever the bundle lies: one level above `dist/` as above `src/`. */
function readVersion(): string {
  const require = createRequire(import.meta.url);
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const manifest = require(place) as { name?: string; version?: string };
      if (manifest.name === "continuo" && manifest.version !== undefined) return manifest.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return "0.0.0";
}

export const VERSION = readVersion();
