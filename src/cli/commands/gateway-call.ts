import type { Command } from "commander";
import { command, positiveInteger, type CommandContext } from "../command.ts";
import { findEndpoint } from "../endpoint.ts";
import { failure } from "../failure.ts";
import { connectGateway } from "../gateway-client.ts";
import { nearest } from "../../config/suggest.ts";
import { printJson, printLines } from "../output.ts";
import { asRow, textsOf } from "../wire.ts";

interface CallOptions {
  readonly params: string;
  readonly json?: boolean;
  readonly timeout: number;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
}

function parseParams(text: string): object {
  const refuse = (message: string) => failure("REQUEST_INVALID", message, `Write them as one JSON object: --params '{"limit": 5}'`);
  let params: unknown;
  try {
    params = JSON.parse(text);
  } catch (error) {
    throw refuse(`--params is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof params !== "object" || params === null || Array.isArray(params)) throw refuse("--params must be a JSON object.");
  return params;
}

/** The gateway says on connecting what it understands; one that says nothing is asked. */
function refuseUnknownMethod(method: string, methods: readonly string[]): void {
  if (methods.length === 0 || methods.includes(method)) return;
  const meant = nearest(method, methods);
  throw failure("REQUEST_INVALID", `The gateway has no method ${method}.`, meant === null ? `It has ${methods.join(", ")}.` : `Did you mean ${meant}? docs/protocol.md lists them all.`);
}

async function call({ deps }: CommandContext, method: string, options: CallOptions): Promise<void> {
  const params = parseParams(options.params);
  const known = options.url === undefined ? await findEndpoint(deps) : null;
  const client = await connectGateway({
    url: options.url ?? known?.url ?? "",
    // The token of this gateway is not sent to another one that --url names.
    token: options.token ?? known?.token ?? null,
    password: options.password ?? known?.password ?? null,
    version: deps.version,
    timeoutMs: options.timeout,
    now: deps.time.now,
  });
  try {
    refuseUnknownMethod(method, textsOf(asRow(client.hello.features), "methods"));
    const payload = await client.call(method, params);
    if (!options.json) printLines(deps.terminal, [`Gateway call: ${method}`]);
    printJson(deps.terminal, payload ?? null);
  } finally {
    client.close();
  }
}

/** `gateway call`: any method of the wire, for scripts and the curious (spec 10). */
export function gatewayCallCommand(context: CommandContext): Command {
  return command("call", "call a method of the gateway", ["continuo gateway call sessions.list --params '{\"limit\": 5}' --json"])
    .argument("<method>", "such as status, sessions.list, chat.history")
    .option("--params <json>", "its parameters", "{}")
    .option("--json", "print the answer alone")
    .option("--timeout <ms>", "how long to wait", positiveInteger, 10_000)
    .option("--url <url>", "another gateway, such as ws://192.168.1.10:18789")
    .option("--token <token>", "its token")
    .option("--password <password>", "its password")
    .action(async (method: string, options: CallOptions) => call(context, method, options));
}
