import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import type { RunOptions } from "../cli/index.ts";
import { startGateway, type StartedGateway } from "./gateway.ts";

const UI_DIR = fileURLToPath(new URL("./ui", import.meta.url));

function banner(gateway: StartedGateway, version: string): string {
  const page = `${gateway.url}/${gateway.token === null ? "" : `#token=${encodeURIComponent(gateway.token)}`}`;
  const bold = (text: string): string => styleText("bold", text, { stream: process.stdout });
  const dim = (text: string): string => styleText("dim", text, { stream: process.stdout });
  return [
    "",
    `  ${bold("Continuo")} ${version} is running.`,
    "",
    `  Open the page   ${bold(page)}`,
    `  In a terminal   continuo chat   ${dim("(or: npx continuo chat)")}`,
    `  Configuration   ${gateway.configPath}${gateway.firstStart ? dim("   (just written, with a token of your own)") : ""}`,
    "",
    dim("  Ctrl-C stops it. The address above holds your token: keep it to yourself."),
    "",
    "",
  ].join("\n");
}

/** `gateway run`: resolves when a signal has stopped it in order. */
export async function runGateway(options: RunOptions, version: string): Promise<void> {
  // Whatever is written, SQLite's own side files too, is for this user alone.
  process.umask(0o077);
  const isTTY = process.stdout.isTTY === true;
  const gateway = await startGateway({ env: process.env, ...options, version, uiDir: UI_DIR, foreground: { isTTY } });
  process.stdout.write(banner(gateway, version));
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => resolve(name));
  });
  // A second signal does not wait for anything.
  process.once("SIGINT", () => process.exit(130));
  await gateway.stop(signal);
}
