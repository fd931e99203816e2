import type { Command } from "commander";
import { toContinuoError } from "../../domain/errors.ts";
import { command, type CommandContext } from "../command.ts";
import { openGateway } from "../connection.ts";
import type { CliDeps, LiveScreen } from "../deps.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { enterScreen, quitWithin, readKeys, unlessQuit } from "../top/live.ts";
import { topSample, type TopSample } from "../top/sample.ts";
import { SORTS, topFrame, type Sort } from "../views/top.ts";
import { asRow, rowsOf } from "../wire.ts";

interface TopOptions {
  readonly json?: boolean;
  readonly once?: boolean;
}

/** More sessions than any terminal has lines. */
const PARAMS = { limit: 100 };
const EVERY_MS = 1_000;
/** Where nobody sees lines break: what is read by a program keeps its ends. */
const UNCUT = 10_000;
/** The gateway begins to measure its event loop when it is first asked. */
const FIRST_MEASURE_MS = 300;

/** One answer, asked for again where it was the first of all and has no event loop in it yet. */
async function askOnce(deps: CliDeps): Promise<unknown> {
  const client = await openGateway(deps);
  try {
    const first = await client.call("gateway.stats", PARAMS);
    if (rowsOf(asRow(first), "gateways").every(({ loop }) => loop !== null)) return first;
    await deps.time.pause(FIRST_MEASURE_MS);
    return await client.call("gateway.stats", PARAMS);
  } finally {
    client.close();
  }
}

/** Asks on one connection, and opens another when that one has ended. */
function keptConnection(deps: CliDeps) {
  let client: GatewayClient | null = null;
  return {
    async ask(): Promise<TopSample> {
      client ??= await openGateway(deps);
      try {
        return topSample(await client.call("gateway.stats", PARAMS));
      } catch (error) {
        client.close();
        client = null;
        throw error;
      }
    },
    close: () => void client?.close(),
  };
}

interface View {
  sample: TopSample | null;
  sort: Sort;
  trouble: string | null;
}

function footerOf({ sort, trouble }: View): string {
  return `${trouble === null ? "" : `${trouble} · `}q quit · s sort by ${SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length]}`;
}

async function live(deps: CliDeps, screen: LiveScreen): Promise<void> {
  const connection = keptConnection(deps);
  // What cannot be reached at all is said where the command was typed.
  const view: View = { sample: await connection.ask(), sort: "running", trouble: null };
  const palette = paletteFor(deps.terminal);
  const shown = enterScreen(deps.terminal.stdout);
  const redraw = (): void => {
    if (view.sample !== null) shown.draw(topFrame(view.sample, { ...screen.size(), sort: view.sort, palette, footer: footerOf(view) }));
  };
  const keys = readKeys(screen, (key) => {
    if (key.toLowerCase() !== "s") return;
    view.sort = SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? "running";
    redraw();
  });
  const stopResizing = screen.onResize(redraw);
  try {
    redraw();
    while (!(await quitWithin(EVERY_MS, keys))) {
      try {
        view.sample = (await unlessQuit(connection.ask(), keys)) ?? view.sample;
        view.trouble = null;
      } catch (error) {
        view.trouble = toContinuoError(error).message;
      }
      redraw();
    }
  } finally {
    stopResizing();
    keys.stop();
    shown.leave();
    connection.close();
  }
}

async function top(deps: CliDeps, options: TopOptions): Promise<void> {
  const { terminal } = deps;
  if (options.json) return printJson(terminal, await askOnce(deps));
  if (options.once !== true && terminal.screen !== undefined) return live(deps, terminal.screen);
  const sample = topSample(await askOnce(deps));
  printLines(terminal, topFrame(sample, { columns: terminal.stdoutIsTTY ? terminal.columns : UNCUT, rows: null, sort: "running", palette: paletteFor(terminal), footer: null }));
}

/** `top`: the running gateway at a glance, each second anew. */
export function topCommand({ deps }: CommandContext): Command {
  return command("top", "watch the running gateway: turns, queues, replies, how long each stage takes", ["continuo top", "continuo top --once", "continuo top --json"])
    .option("--once", "print one frame and end, as where stdout is no terminal")
    .option("--json", "print one sample as JSON")
    .action(async (options: TopOptions) => top(deps, options));
}
