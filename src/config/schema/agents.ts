import { z } from "zod";
import { normalizeAgentId } from "../../domain/agent-id.ts";
import { count, duration, mapOf, modelChoice, positive, setting, size, validated } from "./fields.ts";
import { TYPING_MODES } from "./session.ts";

const compaction = z.looseObject({
  mode: validated(z.enum(["default", "safeguard"]).default("default"), "How the summary is made.", "default"),
  reserveTokens: validated(count.default(16_384), "Tokens kept free for the answer.", 16_384),
  reserveTokensFloor: validated(count.default(20_000), "The least that `reserveTokens` may be; 0 is no floor.", 20_000),
  keepRecentTokens: validated(positive.default(20_000), "About how many of the newest tokens a compaction keeps word for word.", 20_000),
  maxHistoryShare: validated(z.number().min(0.1).max(0.9).optional(), "Largest share of the window that history may fill.", 0.5),
  recentTurnsPreserve: validated(z.int().min(0).max(12).optional(), "Newest turns that are never summarised.", 3),
  customInstructions: validated(z.string().optional(), "Added to the summary's instructions.", "Keep all names."),
  memoryFlush: z
    .looseObject({
      enabled: validated(z.boolean().default(true), "Let the agent note what matters before a compaction.", true),
      softThresholdTokens: validated(count.default(4000), "How long before the compaction it does.", 4000),
      forceFlushTranscriptBytes: validated(size().prefault("2mb"), "Transcript size that forces it.", "2mb"),
      prompt: validated(z.string().optional(), "Replaces its prompt.", "Note durable facts."),
      systemPrompt: validated(z.string().optional(), "Replaces its system prompt.", "You are taking notes."),
      model: validated(z.string().optional(), "Model for it.", "anthropic/claude-haiku-4-5"),
    })
    .prefault({}),
});

const ratio = z.number().min(0).max(1);

const contextPruning = z.looseObject({
  mode: validated(z.enum(["off", "cache-ttl"]).optional(), "Shorten old tool results in what the model sees.", "cache-ttl"),
  ttl: validated(duration("m").prefault("5m"), "Only this long after the last model call.", "5m"),
  keepLastAssistants: validated(count.default(3), "Newest answers after which nothing is shortened.", 3),
  softTrimRatio: validated(ratio.default(0.3), "Share of the window from which results are trimmed.", 0.3),
  hardClearRatio: validated(ratio.default(0.5), "Share from which they are cleared.", 0.5),
  minPrunableToolChars: validated(count.default(50_000), "Do nothing below this many characters.", 50_000),
});

const subagents = z.looseObject({
  allowAgents: validated(z.array(z.string()).optional(), "Agents that may be started.", ["researcher"]),
  maxConcurrent: validated(positive.default(8), "How many run at once.", 8),
  maxSpawnDepth: validated(z.int().min(1).max(5).default(1), "How deep they may nest.", 1),
  maxChildrenPerAgent: validated(z.int().min(1).max(20).default(5), "How many one session may have.", 5),
  archiveAfterMinutes: validated(count.default(60), "When a finished one is archived; 0 is never.", 60),
  runTimeoutSeconds: validated(count.default(0), "Time limit; 0 is none.", 0),
});

const sandbox = z.looseObject({
  mode: validated(z.enum(["off", "non-main", "all"]).optional(), "Which sessions run tools in a sandbox.", "off"),
  sessionToolsVisibility: validated(z.enum(["spawned", "all"]).optional(), "What session tools see there; unset means `spawned`.", "spawned"),
});

const heartbeat = z.looseObject({
  every: validated(duration("m").optional(), "Time between heartbeats; `0m` is off, a bare number counts minutes.", "30m"),
});

/** Settings that an agent may have of its own and that `agents.defaults` gives to the others. */
const defaults = z.looseObject({
  model: setting(
    modelChoice.prefault("continuo/recall"),
    "The model, as `provider/model`, or `{primary, fallbacks}`; unset means the built-in `continuo/recall`, which needs no key.",
    { primary: "anthropic/claude-sonnet-4-5", fallbacks: ["openai/gpt-5.2"] },
  ),
  models: setting(mapOf(z.looseObject({ alias: z.string().optional() })).optional(), "Short names of models.", { "anthropic/claude-opus-4-6": { alias: "opus" } }),
  workspace: validated(z.string().default("~/.openclaw/workspace"), "The agent's own folder.", "~/.openclaw/workspace"),
  systemPrompt: setting(z.string().optional(), "Added to what the agent is told about itself.", "You are Ada, calm and brief."),
  contextTokens: setting(positive.optional(), "Upper limit of the model's context window.", 200_000),
  timeoutSeconds: setting(positive.default(600), "Time limit of one turn.", 600),
  maxConcurrent: setting(count.default(0), "How many conversations are answered at once, in one gateway; people take turns then. 0 is no limit: no conversation waits for another.", 16),
  maxConcurrentPerPerson: setting(count.default(0), "How many conversations of one person are answered at once, in one gateway; 0 is no limit.", 2),
  userTimezone: validated(z.string().optional(), "Time zone of the dates the agent is told; resets follow the gateway's own.", "Europe/Berlin"),
  typingMode: validated(z.enum(TYPING_MODES).optional(), "When the typing sign starts.", "thinking"),
  typingIntervalSeconds: validated(positive.optional(), "How often it is renewed.", 6),
  heartbeat: heartbeat.optional(),
  compaction: compaction.prefault({}),
  contextPruning: contextPruning.optional(),
  subagents: subagents.prefault({}),
  sandbox: sandbox.optional(),
});

const agent = z.looseObject({
  id: setting(z.string().transform(normalizeAgentId), "The agent's name in session keys; lower case, digits, `-` and `_`.", "main"),
  name: setting(z.string().optional(), "Shown to people.", "Ada"),
  default: setting(z.boolean().optional(), "Takes what nothing else routes; otherwise the first of the list does.", true),
  workspace: validated(z.string().optional(), "As in `agents.defaults`.", "~/.openclaw/workspace-ada"),
  model: setting(modelChoice.optional(), "As in `agents.defaults`.", "openai/gpt-5.2"),
  systemPrompt: setting(z.string().optional(), "As in `agents.defaults`.", "You review code."),
  subagents: z.looseObject({}).optional(),
  sandbox: sandbox.optional(),
  heartbeat: heartbeat.optional(),
});

/** Spec 1.2. Unknown keys pass: agents of OpenClaw carry many that mean nothing here. */
export const agentsSchema = z.looseObject({
  defaults: defaults.prefault({}),
  list: setting(z.array(agent).default([]), "The agents; empty is one agent called `main`.", [{ id: "main", default: true }]),
});
