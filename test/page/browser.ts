import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { build } from "vite";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A Chromium of this machine; null when there is none. `CHROMIUM_PATH` wins. */
export function findChromium(env: NodeJS.ProcessEnv): string | null {
  const places = ["/usr/bin", ...(env.PATH ?? "").split(delimiter).filter((place) => place !== "")];
  const candidates = [env.CHROMIUM_PATH ?? "", ...NAMES.flatMap((name) => places.map((place) => join(place, name)))];
  return candidates.find((path) => path !== "" && existsSync(path)) ?? null;
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
}

/** Builds the page as it is now into a temporary folder; returns the folder. */
export async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "continuo-page-"));
  const root = fileURLToPath(new URL("../../ui", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true, reportCompressedSize: false, sourcemap: false } });
  return outDir;
}
