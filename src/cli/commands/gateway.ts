import type { Command } from "commander";
import { duration } from "../ages.ts";
import { command, port, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { findEndpoint, hostPort, liveHolder, pageOf } from "../endpoint.ts";
import { EXIT } from "../exit-codes.ts";
import { startGateway, stopGateway, type Progress, type StartOptions } from "../lifecycle.ts";
import { note, printJson, printLines } from "../output.ts";
import { probe } from "../probe.ts";
import { facts } from "../table.ts";
import type { GatewayFile } from "../deps.ts";
import { gatewayCallCommand } from "./gateway-call.ts";
import { healthCommand } from "./health.ts";

interface JsonOption {
  readonly json?: boolean;
}

function wsUrl(gateway: GatewayFile): string {
  return `ws://${hostPort(gateway)}`;
}

function progressOn({ deps }: CommandContext, { json }: JsonOption): Progress {
  return json ? () => undefined : (text) => note(deps.terminal, text);
}

async function run({ deps }: CommandContext, options: StartOptions): Promise<void> {
  await deps.daemon.run({ port: options.port ?? null, bind: options.bind ?? null, verbose: options.verbose === true });
}

async function start(context: CommandContext, options: StartOptions & JsonOption): Promise<void> {
  const { terminal, paths, time } = context.deps;
  const { kind, gateway } = await startGateway(context.deps, options, progressOn(context, options));
  const url = wsUrl(gateway);
  if (options.json) return printJson(terminal, { ok: true, action: "start", result: kind, pid: gateway.pid, url });
  if (kind === "already-running") {
    const since = duration(time.now() - gateway.startedAt);
    return printLines(terminal, [`The gateway already runs: pid ${gateway.pid} on ${url}, for ${since}.`, "`continuo status` prints the address of its page; `continuo gateway restart` starts it afresh."]);
  }
  printLines(terminal, [
    `Started gateway (pid ${gateway.pid}) on ${url}`,
    ...facts([
      ["Open the page", pageOf(await findEndpoint(context.deps), true)],
      ["In a terminal", "continuo chat"],
      ["Log", paths.logPath],
    ]),
    "The address above holds your token: keep it to yourself.",
  ]);
}

async function stop(context: CommandContext, options: JsonOption & { readonly force?: boolean }): Promise<void> {
  const { terminal } = context.deps;
  const stopped = await stopGateway(context.deps, options.force === true, progressOn(context, options));
  const result = stopped === null ? "not-running" : "stopped";
  if (options.json) return printJson(terminal, { ok: true, action: "stop", result, pid: stopped?.pid ?? null });
  printLines(terminal, [stopped === null ? "The gateway is not running." : `Stopped gateway (pid ${stopped.pid})`]);
}

/** Spec 10.4: stops the running one, or merely starts when none runs; sessions stay as they are. */
async function restart(context: CommandContext, options: StartOptions & JsonOption & { readonly force?: boolean }): Promise<void> {
  const { terminal } = context.deps;
  const progress = progressOn(context, options);
  // One that could not start again is not stopped.
  await context.deps.settings.load();
  const stopped = await stopGateway(context.deps, options.force === true, progress);
  const { gateway } = await startGateway(context.deps, options, progress);
  const result = stopped === null ? "started" : "restarted";
  if (options.json) return printJson(terminal, { ok: true, action: "restart", result, pid: gateway.pid });
  printLines(terminal, [`${stopped === null ? "Started" : "Restarted"} gateway (pid ${gateway.pid}) on ${wsUrl(gateway)}`]);
}

async function status({ deps, settle }: CommandContext, { json }: JsonOption): Promise<void> {
  const holder = liveHolder(deps);
  if (holder === null) {
    settle(EXIT.notRunning);
    if (json) return printJson(deps.terminal, { running: false });
    return printLines(deps.terminal, ["Gateway: not running", "Start it with `continuo gateway start`."]);
  }
  const ready = await probe(holder, "/readyz");
  const state = ready === null ? "does not answer" : ready.status === 200 ? "ready" : "not ready";
  const uptimeMs = Math.max(0, deps.time.now() - holder.startedAt);
  if (json) {
    const { pid, host, port: number, startedAt, version } = holder;
    return printJson(deps.terminal, { running: true, state, pid, host, port: number, url: wsUrl(holder), startedAt, uptimeMs, version });
  }
  printLines(deps.terminal, [
    `Gateway: running, ${state}`,
    `pid ${holder.pid} on ${wsUrl(holder)}, version ${holder.version}, for ${duration(uptimeMs)}`,
    ...(holder.version === deps.version ? [] : [`This is version ${deps.version}: \`continuo gateway restart\` brings the gateway up to it.`]),
    `Log: ${deps.paths.logPath}`,
  ]);
}

function withRunOptions(target: Command): Command {
  return target
    .option("--port <port>", "port to listen on (default: gateway.port, 18789)", port)
    .option("--bind <where>", "loopback, lan, tailnet, auto or custom (default: gateway.bind)")
    .option("--verbose", "log in detail");
}

/** `gateway run|start|stop|restart|status|health|call` (spec 10); bare `gateway` runs it here. */
export function gatewayCommand(context: CommandContext): Command {
  const parent = withRunOptions(command("gateway", "run the gateway, here or in the background", ["continuo gateway start", "continuo gateway --port 18800"]));
  parent.action(async (options: StartOptions) => {
    refuseUnknownSubcommand(parent);
    await run(context, options);
  });
  parent.addCommand(
    withRunOptions(command("run", "run it in this terminal, until Ctrl-C", ["continuo gateway run --verbose"])).action(async (options: StartOptions) => run(context, options)),
  );
  parent.addCommand(
    withRunOptions(command("start", "start it in the background", ["continuo gateway start"]))
      .option("--json", "print JSON")
      .action(async (options: StartOptions & JsonOption) => start(context, options)),
  );
  parent.addCommand(
    command("stop", "stop it, running turns put in order", ["continuo gateway stop"])
      .option("--force", "end it the hard way if it has not stopped after 30 s")
      .option("--json", "print JSON")
      .action(async (options: JsonOption & { force?: boolean }) => stop(context, options)),
  );
  parent.addCommand(
    withRunOptions(command("restart", "stop and start it; sessions stay as they are", ["continuo gateway restart --json"]))
      .option("--force", "end it the hard way if it has not stopped after 30 s")
      .option("--json", "print JSON")
      .action(async (options: StartOptions & JsonOption & { force?: boolean }) => restart(context, options)),
  );
  parent.addCommand(
    command("status", "say whether it runs; exit code 3 when not", ["continuo gateway status && echo up"])
      .option("--json", "print JSON")
      .action(async (options: JsonOption) => status(context, options)),
  );
  parent.addCommand(healthCommand(context));
  parent.addCommand(gatewayCallCommand(context));
  return parent;
}
