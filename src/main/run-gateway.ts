import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import type { RunOptions } from "../cli/index.ts";
import type { EndedMove } from "../operations/index.ts";
import { startGateway, type StartedGateway } from "./gateway.ts";
import { letRestBeNoticed } from "./notice-rest.ts";
import type { Switch } from "./storage.ts";

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

type End = { readonly kind: "signal"; readonly name: string } | { readonly kind: "switch"; readonly ready: Switch };

function signalled(): Promise<End> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(name, () => {
        resolve({ kind: "signal", name });
        // A second signal does not wait for anything.
        process.once("SIGINT", () => process.exit(130));
      });
    }
  });
}

/** `gateway run`: resolves when a signal has stopped it in order. A move to another database starts it again in between. */
export async function runGateway(options: RunOptions, version: string): Promise<void> {
  // Whatever is written, SQLite's own side files too, is for this user alone.
  process.umask(0o077);
  letRestBeNoticed();
  const isTTY = process.stdout.isTTY === true;
  const signal = signalled();
  const kept: { port: number | null; lastMove?: EndedMove } = { port: options.port };
  for (let first = true; ; first = false) {
    const asked = Promise.withResolvers<End>();
    const switchOver = (ready: Switch): void => asked.resolve({ kind: "switch", ready });
    const gateway = await startGateway({ env: process.env, ...options, ...kept, version, uiDir: UI_DIR, foreground: { isTTY }, switchOver });
    if (first) process.stdout.write(banner(gateway, version));
    const end = await Promise.race([signal, asked.promise]);
    if (end.kind === "signal") return gateway.stop(end.name);
    // Clients find it again where it was.
    kept.port = gateway.port;
    await gateway.stop("the gateway moves to another database", async () => void (kept.lastMove = await end.ready.finish()));
  }
}
