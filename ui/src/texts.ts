import { en as life } from "./life/brief.ts";
import { en as people } from "./people/brief.ts";

export const en = {
  appTagline: "One conversation, every device",
  sessions: "Conversations",
  main: "Main",
  conversation: "Conversation",
  noSessions: "No conversations yet",
  showMore: "Show more",
  you: "You",
  assistant: "Continuo",
  via: (channel: string) => `Channel: ${channel}`,
  channels: { webchat: "Web page", terminal: "Terminal" } as Readonly<Record<string, string>>,
  composerLabel: "Message",
  composerHint: "Write a message…",
  composerKeys: "Enter sends · Shift+Enter starts a new line",
  send: "Send",
  stop: "Stop",
  newConversation: "New conversation",
  earlier: "Earlier conversations",
  loadEarlier: "Load earlier messages",
  jumpToLatest: "Jump to the latest",
  messages: (n: number) => (n === 1 ? "1 message" : `${n} messages`),
  connecting: "Connecting…",
  connected: "Connected",
  waiting: (seconds: number) => (seconds > 0 ? `Connection lost · trying again in ${seconds} s` : "Connection lost · trying again…"),
  tryNow: "Try now",
  waitingToSend: "Will be sent when the connection is back",
  sending: "Sending…",
  notSent: "Not sent",
  retry: "Try again",
  discard: "Discard",
  thinking: "Thinking…",
  stopped: "stopped",
  wasStopped: "Stopped.",
  failed: "The message could not be answered.",
  cutOff: "cut off by an error",
  context: (used: string, total: string) => `${used} of ${total} tokens of context used`,
  contextUnknown: (total: string) => `nobody knows how many of ${total} tokens of context are used`,
  running: "answering",
  unread: "new",
  menu: "Show conversations",
  closeMenu: "Close",
  theme: "Colours",
  themeAuto: "System",
  themeLight: "Light",
  themeDark: "Dark",
  languageLabel: "切换到中文",
  emptyTitle: "Say something here. Ask for it elsewhere.",
  emptyText: "Every device of yours talks in this one conversation. Try it:",
  emptyTell: "Tell something here",
  emptyExample: "Please remember: my flight leaves on Friday at 9:40.",
  emptyAsk: "Ask from the terminal",
  emptyDo: "Or write from a channel that you have connected: it appears here while it happens, with its badge.",
  copy: "Copy",
  copied: "Copied",
  image: "image",
  attach: "Attach files",
  attached: "Attached files",
  leaveOut: (name: string) => `Leave out ${name}`,
  filesTooLarge: (names: string) => `Too large for one message: ${names}`,
  skip: "Skip to the message box",
  now: "now",
  transcript: "Conversation",
  loadFailed: "This could not be loaded.",
  life,
  people,
};

export type Texts = typeof en;

export type Language = "en" | "zh";

/** What the page speaks. */
export interface Spoken {
  readonly language: Language;
  readonly texts: Texts;
}

/** English is there; another language is fetched when it is spoken. */
export async function speak(language: Language): Promise<Spoken> {
  return { language, texts: language === "zh" ? (await import("./texts.zh.ts")).zh : en };
}
