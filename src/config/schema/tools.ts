import { z } from "zod";
import { validated } from "./fields.ts";

export const VISIBILITIES = ["self", "tree", "agent", "all"] as const;

const names = z.array(z.string()).optional();

/** Spec 1.3. */
export const toolsSchema = z.looseObject({
  sessions: z
    .strictObject({ visibility: validated(z.enum(VISIBILITIES).default("tree"), "Which sessions an agent's tools can see.", "tree") })
    .prefault({}),
  agentToAgent: z
    .looseObject({
      enabled: validated(z.boolean().default(false), "Let agents reach each other's sessions.", false),
      allow: validated(z.array(z.string()).default([]), "Which agents; `*` stands for any text, empty is all.", ["coder", "research-*"]),
    })
    .prefault({}),
  profile: validated(z.enum(["minimal", "coding", "messaging", "full"]).optional(), "A ready-made choice of tools.", "messaging"),
  allow: validated(names, "Tools the agent has.", ["session_status", "sessions_list"]),
  deny: validated(names, "Tools it has not; wins over `allow`.", ["exec"]),
  alsoAllow: validated(names, "Tools beside those of the profile.", ["sessions_send"]),
  subagents: z.looseObject({ tools: validated(z.looseObject({ allow: names, deny: names }).optional(), "Tools of sub-agents.", { deny: ["exec"] }) }).optional(),
});
