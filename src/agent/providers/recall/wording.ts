import type { Statement } from "./search.ts";

export type Language = "en" | "zh";

/** How times are written. */
export interface TimeFormat {
  /** `21 Nov at 14:05`; with the year when it is not that of `now`. */
  say(at: number, now: number, language: Language): string;
}

/** `timeZone` null is the process' own zone. */
export function createTimeFormat(timeZone: string | null): TimeFormat {
  // Made with the first quotation, and once: loading the calendar's data takes some 10 ms.
  let format: Intl.DateTimeFormat | null = null;
  const open = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat("en-GB", {
      year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
      ...(timeZone === null ? {} : { timeZone }),
    });
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const parts = (at: number) => Object.fromEntries((format ??= open()).formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    say(at, now, language) {
      const { year, hour, minute, ...rest } = parts(at);
      const [month, day] = [Number(rest["month"]), Number(rest["day"])];
      const other = parts(now)["year"] !== year;
      if (language === "zh") return `${other ? `${year}年` : ""}${month}月${day}日 ${hour}:${minute}`;
      return `${day} ${months[month - 1]}${other ? ` ${year}` : ""} at ${hour}:${minute}`;
    },
  };
}

const CHANNEL_NAMES: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  webchat: ["web page", "网页"],
  terminal: ["terminal", "终端"],
  telegram: ["Telegram", "Telegram"],
  whatsapp: ["WhatsApp", "WhatsApp"],
  imessage: ["iMessage", "iMessage"],
  googlechat: ["Google Chat", "Google Chat"],
  msteams: ["Microsoft Teams", "Microsoft Teams"],
  feishu: ["Feishu", "飞书"],
  dingtalk: ["DingTalk", "钉钉"],
  wechat: ["WeChat", "微信"],
};

function channelName(channel: string, language: Language): string {
  const known = Object.hasOwn(CHANNEL_NAMES, channel) ? CHANNEL_NAMES[channel] : undefined;
  if (known !== undefined) return known[language === "en" ? 0 : 1];
  return `${channel.charAt(0).toUpperCase()}${channel.slice(1)}`;
}

const LONGEST_QUOTE = 400;
const LONGEST_NAME = 60;

/**
 * A person's words stay inside the quotation marks: theirs become single ones and what breaks a line becomes a
 * space, so that nothing they wrote reads as a sentence of ours or of somebody else (P40).
 */
function quote(text: string, language: Language): string {
  const plain = text.replace(/["“”„«»「」『』]/gu, "'").replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const cut = plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE).trimEnd()} …` : plain;
  return language === "zh" ? `“${cut}”` : `"${cut}"`;
}

function speaker(statement: Statement, shared: boolean, language: Language): string {
  if (!shared) return language === "zh" ? "你" : "You";
  const name = (statement.message.senderName ?? "").replace(/[\s"“”„«»:：\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim().slice(0, LONGEST_NAME);
  return name === "" ? (language === "zh" ? "有人" : "Somebody") : name;
}

export interface QuoteScene {
  readonly shared: boolean;
  readonly now: number;
  readonly times: TimeFormat;
}

/** `You said on 21 Nov at 14:05 (Telegram): "My bike is in the cellar."` */
function quoteLine(statement: Statement, scene: QuoteScene, language: Language): string {
  const who = speaker(statement, scene.shared, language);
  const when = scene.times.say(statement.message.at, scene.now, language);
  const where = channelName(statement.message.address.channel, language);
  const words = quote(statement.text, language);
  return language === "zh" ? `${who}在${when}（${where}）说：${words}` : `${who} said on ${when} (${where}): ${words}`;
}

export function quotes(statements: readonly Statement[], scene: QuoteScene, language: Language): string {
  return statements.map((statement) => quoteLine(statement, scene, language)).join("\n\n");
}

interface Phrases {
  readonly noted: string;
  readonly greeting: string;
  readonly nothing: string;
  readonly cannot: string;
  readonly whatIAm: string;
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    noted: "Noted.",
    greeting: "Hello.",
    nothing: "Nothing that was said in this conversation bears on that.",
    cannot: "I cannot do that: continuo/recall only finds again what was said in this conversation. A language model could; docs/models.md says how to configure one.",
    whatIAm:
      "I am continuo/recall, an offline responder and not a language model: I find again what was said in this conversation and quote it. Ask me, for example \"Where is my bike?\". For a real model set agents.defaults.model (docs/models.md).",
  },
  zh: {
    noted: "记下了。",
    greeting: "你好。",
    nothing: "这段对话里没有提到与此有关的内容。",
    cannot: "这件事我做不到：continuo/recall 只能找回这段对话里说过的话。语言模型可以做到，配置方法见 docs/models.md。",
    whatIAm:
      "我是 continuo/recall，一个离线应答程序，不是语言模型：我只会找回这段对话里说过的话并原样引用。可以这样问我：“我的自行车在哪里？”。要使用真正的模型，请设置 agents.defaults.model（见 docs/models.md）。",
  },
};
