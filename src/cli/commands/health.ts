import type { Command } from "commander";
import { command, type CommandContext } from "../command.ts";
import { openGateway } from "../connection.ts";
import { printJson, printLines } from "../output.ts";
import { asRow, numberOf, rowsOf, textOf } from "../wire.ts";

async function health({ deps }: CommandContext, json: boolean): Promise<void> {
  const client = await openGateway(deps);
  try {
    const payload = asRow(await client.call("health", {}));
    if (json) return printJson(deps.terminal, payload);
    const sessions = numberOf(asRow(payload.sessions), "count");
    const agents = rowsOf(payload, "agents").map((agent) => textOf(agent, "agentId") ?? "?");
    printLines(deps.terminal, [
      `Gateway: ok (${client.connectMs} ms)`,
      `Agents: ${agents.join(", ") || textOf(payload, "defaultAgentId") || "main"}`,
      ...(sessions === null ? [] : [`Sessions: ${sessions}`]),
    ]);
  } finally {
    client.close();
  }
}

/** `health` and `gateway health`: one round trip to the running gateway. */
export function healthCommand(context: CommandContext): Command {
  return command("health", "ask the running gateway whether it is well", ["continuo health --json"])
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => health(context, options.json === true));
}
