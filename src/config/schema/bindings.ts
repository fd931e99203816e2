import { z } from "zod";
import { normalizeAgentId } from "../../domain/agent-id.ts";
import { platformId, setting } from "./fields.ts";
import { DM_SCOPES, GROUP_SCOPES } from "./session.ts";

const peer = z.strictObject({
  kind: setting(
    z.enum(["direct", "dm", "group", "channel"]).transform((kind) => (kind === "direct" ? "dm" : kind)),
    "`dm` (or `direct`), `group` or `channel`.",
    "group",
  ),
  id: setting(platformId, "The platform's id; `\"*\"` is every one of that kind.", "-1001234567890"),
});

const binding = z.strictObject({
  type: setting(z.literal("route").optional(), "Always `route`.", "route"),
  agentId: setting(z.string().min(1).transform(normalizeAgentId), "The agent that answers.", "coder"),
  comment: setting(z.string().optional(), "For the reader.", "work group"),
  match: z.strictObject({
    channel: setting(z.string().min(1).transform((name) => name.trim().toLowerCase()), "The channel; all given fields have to match.", "telegram"),
    accountId: setting(z.string().optional(), "The account; unset is the default account only, `\"*\"` is any.", "work"),
    peer: peer.optional(),
    guildId: setting(platformId.optional(), "The Discord server.", "123456789012345678"),
    teamId: setting(platformId.optional(), "The Slack workspace.", "T0123"),
    roles: setting(z.array(platformId).optional(), "Any one of these roles.", ["admin"]),
  }),
  session: z
    .strictObject({
      dmScope: setting(z.enum(DM_SCOPES).optional(), "Overrides every other `dmScope` for what this matches.", "per-peer"),
      groupScope: setting(z.enum(GROUP_SCOPES).optional(), "Overrides `session.groupScope`.", "main"),
    })
    .optional(),
});

/** Spec 1.4. */
export const bindingsSchema = setting(z.array(binding), "Which agent answers where, first match first within each kind.", [
  { agentId: "coder", match: { channel: "telegram", peer: { kind: "group", id: "-1001234567890" } } },
]);
