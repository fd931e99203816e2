import { createHmac } from "node:crypto";
import type { CompactionSettings } from "../agent/compaction.ts";
import type { Config } from "../config/index.ts";
import type { InboundMessage } from "../domain/message.ts";
import { mayAnswer } from "../sessions/send-policy.ts";
import type { Doors } from "./house.ts";
import type { LineSettings } from "./line.ts";
import { usageSettings } from "./prices.ts";
import type { SettingsHolder } from "./settings.ts";

/** The configuration as the line needs it. */
export function lineSettings({ current }: SettingsHolder, doors: Doors, secret: string): LineSettings {
  return {
    admit: (message, activation) => current().admit(message, activation),
    takeModel: (rest) => current().providers.names.take(rest),
    mayAnswer: (session, choices) => mayAnswer(current().config.session.sendPolicy, session, choices),
    route: (message) => current().route(message),
    resetTriggers: () => current().config.session.resetTriggers,
    historyLimit: (channel, account) => historyLimit(current().config, channel, account),
    agents: () => current().agents,
    resetPolicy: (type, channel) => current().resetPolicy(type, channel),
    queue: (channel) => current().queue(channel),
    conversations: () => ({ compaction: compactionOf(current().config), catchUp: current().config.session.catchUp }),
    dedupeWindowMs: () => current().config.messages.dedupeWindow,
    onUnknown: () => current().config.outbox.onUnknown,
    retry: () => current().config.outbox.retry,
    maxAttempts: () => current().config.turns.maxAttempts,
    ...usageSettings(() => current().config),
    audience: (message) => current().who.audience(message),
    canReach: (channel, account) => doors.channels?.get(channel)?.accounts.includes(account) ?? false,
    canary: (message) => (current().config.audit.canary ? markerOf(message, secret) : null),
  };
}

function compactionOf({ agents }: Config): CompactionSettings {
  const { keepRecentTokens, customInstructions } = agents.defaults.compaction;
  return { keepRecentTokens, customInstructions: customInstructions ?? null };
}

function historyLimit({ channels, messages }: Config, channel: string, account: string): number {
  const settings = channels[channel];
  const own = settings?.accounts !== undefined && Object.hasOwn(settings.accounts, account) ? settings.accounts[account] : undefined;
  return own?.historyLimit ?? settings?.historyLimit ?? messages.groupChat.historyLimit;
}

/** The same for all that a sender says, and not to be guessed from who they are. */
function markerOf({ address, sender }: InboundMessage, secret: string): string {
  const digest = createHmac("sha256", secret).update(JSON.stringify(["canary", address.channel, address.account, address.chat, address.thread, sender.id])).digest("hex");
  return `cnry-${digest.slice(0, 16)}`;
}
