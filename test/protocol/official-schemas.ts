import assert from "node:assert/strict";
import { ProtocolSchemas } from "@openclaw/gateway-protocol/schema";
import { z } from "zod";

/** Fields that we send and the official schemas of 2026.9.1 do not know (docs/protocol.md, "Differences"). */
const OURS: Readonly<Partial<Record<SchemaName, readonly string[]>>> = {
  // Where a foreign run came from: the page's badge.
  ChatEvent: ["channel"],
  // The official gateway sends them too; only its schema is silent.
  AgentEvent: ["sessionKey", "sessionId", "agentId"],
};

export type SchemaName = keyof typeof ProtocolSchemas & string;

function withoutOurs(name: SchemaName, value: unknown): unknown {
  const ours = OURS[name] ?? [];
  if (ours.length === 0 || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !ours.includes(key)));
}

/** Fails with every place where the value is not what the official schema says. */
export function assertOfficial(name: SchemaName, value: unknown): void {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(ProtocolSchemas[name])));
  const checked = schema.safeParse(withoutOurs(name, JSON.parse(JSON.stringify(value))));
  assert.ok(checked.success, `${name}: ${checked.error ? z.prettifyError(checked.error) : ""}\n${JSON.stringify(value).slice(0, 600)}`);
}
