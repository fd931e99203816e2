import { clearLine, createInterface, cursorTo, type Interface } from "node:readline";
import { toContinuoError } from "../../domain/errors.ts";
import { openGateway } from "../connection.ts";
import type { CliDeps } from "../deps.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { paletteFor } from "../output.ts";
import { asRow, rowsOf, textOf, type Row } from "../wire.ts";
import { withoutControls } from "../display-width.ts";
import { attachmentsOf, mostBytes, pathOf, readFiles, shownText } from "./attaching.ts";
import { createScreen, type Prompt, type Screen } from "./screen.ts";
import { signalOf, type ChatSignal } from "./signals.ts";
import { targetKey } from "./target.ts";

const HISTORY_SHOWN = 6;
const OWN_CHANNEL = "terminal";

interface Chat {
  readonly deps: CliDeps;
  readonly client: GatewayClient;
  readonly screen: Screen;
  readonly sessionKey: string;
  readonly agentName: string;
  /** Runs that were started here and have not ended. */
  readonly running: Set<string>;
  /** Files that go with the next message. */
  readonly attached: string[];
}

/** Messages of this terminal need no badge; every other channel's do. */
function badgeOf(channel: string | null): string | null {
  return channel === OWN_CHANNEL ? null : channel;
}

function show({ screen, running, agentName }: Chat, signal: ChatSignal): void {
  const own = running.has(signal.runId);
  const badge = own ? null : badgeOf(signal.channel);
  if (signal.kind === "input") {
    if (!own) for (const text of signal.texts) screen.message(badge, signal.sender ?? "you", text);
  } else if (signal.kind === "delta") screen.growing(badge, agentName, signal.text);
  else {
    running.delete(signal.runId);
    if (signal.kind === "error") screen.notice(`The turn failed: ${signal.message}`);
    else screen.complete(badge, agentName, signal.text);
    if (signal.kind === "final" && signal.stopped) screen.notice("Stopped.");
  }
}

function showPast({ screen, agentName }: Chat, history: Row): void {
  for (const message of rowsOf(history, "messages")) {
    const text = shownText(message);
    const role = textOf(message, "role");
    if (text === "" || (role !== "user" && role !== "assistant")) continue;
    screen.message(badgeOf(textOf(message, "channel")), role === "user" ? (textOf(message, "senderName") ?? "you") : agentName, text);
  }
}

async function say(chat: Chat, message: string): Promise<void> {
  const runId = chat.deps.ids.uuid();
  chat.running.add(runId);
  chat.screen.expectAnswer();
  try {
    const files = await attachmentsOf(chat.attached, chat.client.hello);
    await chat.client.call("chat.send", { sessionKey: chat.sessionKey, message, idempotencyKey: runId, ...files });
    chat.attached.length = 0;
  } catch (thrown) {
    chat.running.delete(runId);
    chat.screen.notice(`Not sent: ${toContinuoError(thrown).message}`);
  }
}

const ATTACH = /^\/attach(?:\s+(.*))?$/s;

/** `/attach FILE`: looked at now, read and sent with the next message; `/attach` alone leaves out what was attached. */
async function attach(chat: Chat, typed: string): Promise<void> {
  if (typed.trim() === "") {
    chat.attached.length = 0;
    return chat.screen.notice("Nothing is attached. /attach FILE sends a file with your next message.");
  }
  const path = pathOf(typed);
  try {
    await readFiles([...chat.attached, path], mostBytes(chat.client.hello));
    chat.attached.push(path);
    chat.screen.notice(`${withoutControls(path)} goes with your next message.`);
  } catch (thrown) {
    chat.screen.notice(`Not attached: ${toContinuoError(thrown).message}`);
  }
}

async function abort(chat: Chat): Promise<void> {
  try {
    await Promise.all([...chat.running].map((runId) => chat.client.call("chat.abort", { sessionKey: chat.sessionKey, runId })));
  } catch (thrown) {
    chat.screen.notice(`Could not stop it: ${toContinuoError(thrown).message}`);
  }
}

/** Listened to only once everything is ready: lines that come before somebody listens would be lost. */
interface Keyboard {
  lines: Interface | null;
}

/** The prompt stays away while an answer is awaited and comes back, with what was typed, when something else was written. */
function promptOf(keyboard: Keyboard, deps: CliDeps, idle: () => boolean): Prompt {
  const { stdout, stdoutIsTTY } = deps.terminal;
  return {
    hide() {
      if (!stdoutIsTTY) return;
      cursorTo(stdout, 0);
      clearLine(stdout, 0);
    },
    show() {
      if (stdoutIsTTY && idle()) keyboard.lines?.prompt(true);
    },
  };
}

function readLines(deps: CliDeps): Interface {
  const { stdin, stdout, stdinIsTTY, stdoutIsTTY } = deps.terminal;
  const onTerminal = stdinIsTTY && stdoutIsTTY;
  return createInterface({ input: stdin, output: onTerminal ? stdout : undefined, terminal: onTerminal, prompt: "> ", historySize: 200 });
}

/** Resolves with the reason for leaving: `exit`, or why the gateway hung up. */
async function converse(chat: Chat, keyboard: Keyboard): Promise<string> {
  const lines = readLines(chat.deps);
  keyboard.lines = lines;
  const left = Promise.withResolvers<string>();
  let interrupts = 0;
  let sending = Promise.resolve();
  const interrupt = () => {
    interrupts++;
    if (interrupts > 1) return left.resolve("exit");
    if (chat.running.size > 0) return void abort(chat);
    chat.screen.notice("Ctrl-C once more, or /exit, leaves.");
  };
  lines.on("SIGINT", interrupt);
  const stopListening = chat.deps.terminal.onInterrupt(interrupt);
  lines.on("line", (line) => {
    interrupts = 0;
    const text = line.trim();
    if (text === "/exit" || text === "/quit") return left.resolve("exit");
    if (text === "") return lines.prompt();
    const [command, path = ""] = ATTACH.exec(text) ?? [];
    sending = sending.then(() => (command === undefined ? say(chat, text) : attach(chat, path))); // one after the other, so that they arrive as they were typed
  });
  const over = { yet: false };
  // Piped input ends long before its answers: what was said is answered first, unless the person has left.
  lines.on("close", () => void sending.then(() => waitUntilAnswered(chat, over)).then(() => left.resolve("exit")));
  void chat.client.closed.then(left.resolve);
  if (chat.deps.terminal.stdoutIsTTY && chat.running.size === 0) lines.prompt();
  try {
    return await left.promise;
  } finally {
    over.yet = true;
    stopListening();
    lines.close();
  }
}

async function waitUntilAnswered(chat: Chat, over: { readonly yet: boolean }): Promise<void> {
  while (chat.running.size > 0 && !over.yet) await chat.deps.time.pause(20);
}

/** The interactive chat. Answers the exit code's sense: true when the person left, false when the gateway did. */
export async function chatInTerminal(deps: CliDeps, session?: string, agent?: string): Promise<boolean> {
  const early: ChatSignal[] = [];
  const live: { chat: Chat | null } = { chat: null };
  let sessionKey: string | null = null;
  const client = await openGateway(deps, (event) => {
    const heard = signalOf(event);
    if (heard === null || (sessionKey !== null && heard.sessionKey !== sessionKey)) return;
    if (live.chat === null) early.push(heard.signal);
    else show(live.chat, heard.signal);
  });
  sessionKey = targetKey(client.hello, session, agent);
  const keyboard: Keyboard = { lines: null };
  const running = new Set<string>();
  const screen = createScreen(deps.terminal.stdout, paletteFor(deps.terminal), promptOf(keyboard, deps, () => running.size === 0));
  const chat: Chat = { deps, client, screen, sessionKey, running, attached: [], agentName: sessionKey.startsWith("agent:") ? (sessionKey.split(":")[1] ?? "agent") : "agent" };
  try {
    await client.call("sessions.subscribe", {});
    const history = asRow(await client.call("chat.history", { sessionKey, limit: HISTORY_SHOWN }));
    screen.notice(`${sessionKey} · Ctrl-C stops an answer, /exit leaves`);
    showPast(chat, history);
    live.chat = chat;
    for (const signal of early) show(chat, signal);
    const reason = await converse(chat, keyboard);
    if (reason === "exit") return true;
    screen.notice(`The gateway hung up: ${reason}. Accepted messages are kept; \`continuo chat\` shows them again.`);
    return false;
  } finally {
    client.close();
  }
}
