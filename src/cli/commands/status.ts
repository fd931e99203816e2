import { release } from "node:os";
import type { Command } from "commander";
import { toContinuoError } from "../../domain/errors.ts";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { openGatewayAt } from "../connection.ts";
import type { CliDeps } from "../deps.ts";
import { findEndpoint, liveHolder, pageOf, type Endpoint } from "../endpoint.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { sessionRow } from "../views/sessions.ts";
import { statusLines, type ChannelRow, type GatewayState, type StatusReport } from "../views/status.ts";
import { asRow, numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";

const RECENT = 10;

interface StatusOptions {
  readonly json?: boolean;
  readonly showToken?: boolean;
  readonly timeout: number;
}

interface Gathered {
  readonly gateway: GatewayState;
  /** The payload of `status`, empty with the gateway down. */
  readonly status: Row;
  /** The payload of `sessions.list`. */
  readonly sessions: Row;
}

type Call = (method: string, params: object) => Promise<unknown>;

async function listRecent(call: Call): Promise<Row> {
  return asRow(await call("sessions.list", { limit: RECENT, includeGlobal: true, includeUnknown: true }));
}

async function fromGateway(deps: CliDeps, endpoint: Endpoint, timeoutMs: number): Promise<Gathered> {
  const client = await openGatewayAt(deps, endpoint, undefined, timeoutMs);
  try {
    const [status, sessions] = await Promise.all([client.call("status", {}).then(asRow), listRecent(client.call)]);
    const own = asRow(status.gateway);
    const gateway: GatewayState = {
      url: endpoint.url,
      reachable: true,
      connectLatencyMs: client.connectMs,
      pid: numberOf(own, "pid") ?? endpoint.holder?.pid ?? null,
      version: textOf(status, "version"),
      uptimeMs: numberOf(own, "uptimeMs"),
      error: null,
    };
    return { gateway, status, sessions };
  } finally {
    client.close();
  }
}

async function fromStore(deps: CliDeps, endpoint: Endpoint, error: string): Promise<Gathered> {
  const gateway: GatewayState = {
    url: endpoint.url,
    reachable: false,
    connectLatencyMs: null,
    pid: endpoint.holder?.pid ?? null,
    version: endpoint.holder?.version ?? null,
    uptimeMs: null,
    error,
  };
  const local = await deps.local.read();
  try {
    return { gateway, status: {}, sessions: await listRecent(local.call) };
  } finally {
    await local.close();
  }
}

async function gather(deps: CliDeps, endpoint: Endpoint, timeoutMs: number): Promise<Gathered> {
  try {
    return await fromGateway(deps, endpoint, timeoutMs);
  } catch (thrown) {
    const error = toContinuoError(thrown);
    const stopped = error.code === "GATEWAY_UNREACHABLE" && liveHolder(deps) === null;
    return fromStore(deps, endpoint, stopped ? "not running" : error.message);
  }
}

function queueOf(status: Row): StatusReport["queue"] {
  const queue = asRow(status.queue);
  const count = (field: string) => numberOf(queue, field) ?? 0;
  if (status.queue === undefined) return null;
  return {
    queued: count("queued"),
    running: count("running"),
    deliveriesPending: count("deliveriesPending"),
    deliveriesFailed: count("deliveriesFailed"),
    deliveriesUnknown: count("deliveriesUnknown"),
  };
}

interface Written {
  readonly agents: StatusReport["agents"];
  readonly defaultAgent: string | undefined;
  readonly channels: readonly ChannelRow[];
  readonly warnings: readonly string[];
}

/** What the file says, for when no gateway answers that would know better. */
async function fromSettings(deps: CliDeps): Promise<Written> {
  const { config, warnings } = await deps.settings.look();
  const { list, defaults } = config.agents;
  const named = list.map(({ id, model }) => ({ id, model: (model ?? defaults.model).primary }));
  return {
    agents: named.length > 0 ? named : [{ id: "main", model: defaults.model.primary }],
    defaultAgent: list.find((agent) => agent.default)?.id,
    channels: Object.entries(config.channels).map(([name, { enabled }]): ChannelRow => ({ name, account: "-", state: enabled === false ? "disabled" : "not running", detail: null, since: null })),
    warnings,
  };
}

async function buildReport(deps: CliDeps, options: StatusOptions): Promise<StatusReport> {
  const endpoint = await findEndpoint(deps);
  const { gateway, status, sessions } = await gather(deps, endpoint, options.timeout);
  const written = gateway.reachable ? null : await fromSettings(deps);
  const showToken = options.json !== true && (options.showToken === true || deps.terminal.stdoutIsTTY);
  const now = deps.time.now();
  const rows = rowsOf(sessions, "sessions");
  const known = rowsOf(asRow(status.agents), "agents").map((agent) => ({ id: textOf(agent, "id") ?? "?", model: textOf(agent, "model") }));
  const agents = known.length > 0 ? known : (written?.agents ?? []);
  const live = rowsOf(status, "channels").map((row): ChannelRow => ({
    name: textOf(row, "name") ?? "?",
    account: textOf(row, "account") ?? "default",
    state: textOf(row, "state") ?? "unknown",
    detail: textOf(row, "detail"),
    since: numberOf(row, "since"),
  }));
  return {
    version: deps.version,
    now,
    os: `${process.platform} ${release()} (${process.arch}) · node ${process.versions.node}`,
    stateDir: deps.paths.stateDir,
    configPath: deps.paths.configPath,
    gateway,
    dashboard: pageOf(endpoint, showToken),
    tokenHidden: !showToken && endpoint.token !== null,
    agents,
    defaultAgent: textOf(asRow(status.agents), "defaultId") ?? written?.defaultAgent ?? agents[0]?.id ?? "main",
    sessions: {
      count: numberOf(asRow(status.sessions), "count") ?? numberOf(sessions, "total") ?? rows.length,
      path: textOf(sessions, "path"),
      recent: rows.map((row) => sessionRow(row, now)),
    },
    channels: written?.channels ?? live,
    queue: queueOf(status),
    warnings: [...new Set([...(written?.warnings ?? []), ...textsOf(status, "warnings")])],
  };
}

function recentJson(row: StatusReport["sessions"]["recent"][number]): object {
  const { key, kind, sessionId, updatedAt, age, model, contextTokens, totalTokens, flags } = row;
  const known = totalTokens !== null && contextTokens !== null && contextTokens > 0;
  return {
    agentId: key.startsWith("agent:") ? (key.split(":")[1] ?? null) : null,
    key, kind, sessionId, updatedAt, age, model, contextTokens, totalTokens,
    remainingTokens: known ? Math.max(0, contextTokens - totalTokens) : null,
    percentUsed: known ? Math.min(999, Math.round((totalTokens / contextTokens) * 100)) : null,
    flags,
  };
}

/** The names of spec 10.3; the token is never in it. */
function statusJson({ version, os, gateway, agents, defaultAgent, sessions, channels, queue, warnings, stateDir, configPath }: StatusReport): object {
  const model = agents.find(({ id }) => id === defaultAgent)?.model ?? null;
  return {
    runtimeVersion: process.versions.node,
    version,
    os,
    stateDir,
    configPath,
    gateway: { mode: "local", ...gateway },
    agents: { defaultId: defaultAgent, agents, totalSessions: sessions.count },
    sessions: {
      paths: sessions.path === null ? [] : [sessions.path],
      count: sessions.count,
      defaults: { model, contextTokens: sessions.recent[0]?.contextTokens ?? null },
      recent: sessions.recent.map(recentJson),
    },
    channels,
    queue,
    warnings,
  };
}

/** `status`: what runs, the page's address, channels and the latest sessions; with the gateway down from the store. */
export function statusCommand({ deps }: CommandContext): Command {
  return command("status", "what runs, the address of the page, channels, the latest sessions", ["continuo status", "continuo status --json"])
    .option("--json", "print JSON, never with the token")
    .option("--show-token", "print the page's address with the token even when this is no terminal")
    .option("--timeout <ms>", "how long to wait for the gateway", positiveInteger, 3000)
    .action(async (options: StatusOptions) => {
      const report = await buildReport(deps, options);
      if (options.json) printJson(deps.terminal, statusJson(report));
      else printLines(deps.terminal, statusLines(report, paletteFor(deps.terminal)));
    });
}
