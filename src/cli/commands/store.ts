import type { Command } from "commander";
import type { ContinuoError, ErrorCode } from "../../domain/errors.ts";
import { leavable } from "../approval.ts";
import { command, type CommandContext } from "../command.ts";
import type { CliDeps, Progress } from "../deps.ts";
import { failure } from "../failure.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import { consult, operate } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { watch } from "../progress.ts";
import { movedLines, storeLines } from "../views/store.ts";
import { asRow, flagOf, numberOf, textOf, type Row } from "../wire.ts";

interface MoveOptions {
  readonly to?: string;
  readonly cancel?: boolean;
  readonly json?: boolean;
}

const PHASES: readonly string[] = ["copy", "follow", "compare", "switch"] satisfies Progress["phase"][];
/** A gateway that switches is back within seconds; what it has to carry over last may be more where much is said. */
const SWITCH_MS = 180_000;
const LOOK_EVERY_MS = 100;

function progressOf({ event, payload }: GatewayEvent): Progress | null {
  const phase = textOf(payload, "phase");
  const [done, total] = [numberOf(payload, "done"), numberOf(payload, "total")];
  if (event !== "store.progress" || phase === null || !PHASES.includes(phase) || done === null || total === null) return null;
  return { phase: phase as Progress["phase"], done, total };
}

function failed(last: Row): ContinuoError {
  const error = asRow(last.error);
  return failure((textOf(error, "code") ?? "INTERNAL") as ErrorCode, `The move was not made: ${textOf(error, "message") ?? "no reason was given"}`, textOf(error, "cure") ?? "");
}

/** The gateway restarts on the other database: what it says of the move then is how it ended. */
async function awaitSwitch(deps: CliDeps, id: string, signal: AbortSignal): Promise<void> {
  for (const deadline = deps.time.now() + SWITCH_MS; deps.time.now() < deadline; await deps.time.pause(LOOK_EVERY_MS)) {
    signal.throwIfAborted();
    const status = await consult(deps, "store.status", {}).catch(() => null); // it is not back yet
    const last = asRow(asRow(status ?? {}).last);
    if (textOf(last, "id") !== id) continue;
    if (textOf(last, "state") === "failed") throw failed(last);
    return;
  }
  throw failure("GATEWAY_TIMEOUT", "The gateway has not come back after the switch.", "See `continuo logs` and `continuo store status`.");
}

async function move(context: CommandContext, to: string, json: boolean): Promise<void> {
  const { deps } = context;
  const answer = await watch(deps.terminal, json, async ({ signal, onProgress }) => {
    const onEvent = (event: GatewayEvent): void => {
      const progress = progressOf(event);
      if (progress !== null) onProgress(progress);
    };
    const done = asRow(await operate(deps, "store.move", { to }, onEvent));
    if (flagOf(done, "switching")) await awaitSwitch(deps, textOf(done, "id") ?? "", signal);
    return done;
  });
  if (json) return printJson(deps.terminal, { ...answer, switching: false });
  printLines(deps.terminal, movedLines(answer, paletteFor(deps.terminal)));
}

async function cancel({ deps }: CommandContext, json: boolean): Promise<void> {
  const answer = asRow(await operate(deps, "store.move", { cancel: true }));
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [flagOf(answer, "cancelled") ? "The move is cancelled: this database stays the one in use." : "There was no move to cancel."]);
}

async function status({ deps }: CommandContext, json: boolean): Promise<void> {
  const answer = asRow(await consult(deps, "store.status", {}));
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, storeLines(answer, deps.time.now()));
}

function moveCommand(context: CommandContext): Command {
  return command("move", "move everything to another database, while the gateway goes on", ["continuo store move --to postgres://continuo:secret@db.example.com/continuo", "continuo store move --to sqlite", "continuo store move --cancel"])
    .option("--to <url>", "the URL of an empty PostgreSQL database, or: sqlite")
    .option("--cancel", "end a move that is not over, or take up again a database that was left by one")
    .option("--json", "print JSON, and the progress as lines of JSON on stderr")
    .action(async ({ to, cancel: cancels, json }: MoveOptions) => {
      if (cancels) return cancel(context, json === true);
      if (to === undefined) throw failure("REQUEST_INVALID", "Where to?", "Say --to with the URL of a PostgreSQL database, or --to sqlite.");
      return leavable(context, () => move(context, to, json === true));
    });
}

/** `store`: the database as a thing. */
export function storeCommand(context: CommandContext): Command {
  const store = command("store", "where the data is, and moving it", ["continuo store status", "continuo store move --to postgres://continuo:secret@db.example.com/continuo"]);
  store.addCommand(
    command("status", "which database it is, who works on it, and what became of a move", ["continuo store status", "continuo store status --json"])
      .option("--json", "print JSON")
      .action(async ({ json }: { json?: boolean }) => status(context, json === true)),
  );
  return store.addCommand(moveCommand(context));
}

