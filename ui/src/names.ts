import type { Texts } from "./texts.ts";
import type { SessionRow } from "./wire.ts";

/** A channel without a label is named in the language of the page, or by its own name. */
const CHANNELS: Readonly<Record<string, { readonly label?: string; readonly hue: number }>> = {
  webchat: { hue: 285 },
  terminal: { hue: 155 },
  telegram: { hue: 235 },
  whatsapp: { label: "WhatsApp", hue: 130 },
  discord: { hue: 268 },
  slack: { hue: 340 },
  signal: { hue: 255 },
  matrix: { hue: 185 },
  feishu: { hue: 200 },
  cron: { hue: 65 },
};

/** How a channel is shown: its written name, and a hue of its own (0 to 360) that an unknown one gets from its letters. */
export function channelLook(channel: string | undefined, texts: Texts): { readonly label: string; readonly hue: number } {
  const name = channel ?? "webchat";
  const known = CHANNELS[name];
  const label = known?.label ?? texts.channels[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
  return { label, hue: known?.hue ?? [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7) };
}

/** Where a session is shown to be from: the runs of a job were said by nobody, on no channel. */
export function channelOf({ key, lastChannel, channel }: Pick<SessionRow, "key" | "lastChannel" | "channel">): string | undefined {
  return key.split(":")[2] === "cron" ? "cron" : (lastChannel ?? channel);
}

const TYPES: ReadonlySet<string> = new Set(["dm", "direct", "group", "channel"]);

/**
 * `agent:main:telegram:dm:42` as people read it: "Ann · Telegram"; the main session is "Main".
 * `short` leaves the channel out, where a badge next to it says it.
 */
export function sessionName(row: Pick<SessionRow, "key" | "label" | "displayName">, defaultAgent: string, texts: Texts, short = false): string {
  const parts = row.key.split(":");
  const [, agent = "", ...rest] = parts[0] === "agent" ? parts : ["", defaultAgent, ...parts];
  const suffix = agent === "" || agent === defaultAgent ? "" : ` @${agent}`;
  if (row.label) return row.label + suffix;
  if (rest.length === 1) return (rest[0] === "main" ? texts.main : (rest[0] ?? row.key)) + suffix;
  if (rest[0] === "dashboard") return (row.displayName ?? texts.conversation) + suffix;
  const type = rest.findIndex((part) => TYPES.has(part));
  const who = row.displayName ?? (type === -1 ? rest.slice(1) : rest.slice(type + 1)).join(":");
  // `agent:main:dm:ann`: one person over all channels.
  if (type === 0 || short) return who + suffix;
  return `${who} · ${channelLook(rest[0], texts).label}${suffix}`;
}
