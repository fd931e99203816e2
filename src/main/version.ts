import { readFileSync } from "node:fs";

/** From package.json, wherever the bundle lies: one level above `dist/` as above `src/`. */
function readVersion(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as { name?: string; version?: string };
      if (manifest.name === "continuo" && manifest.version !== undefined) return manifest.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "0.0.0";
}

export const VERSION = readVersion();
