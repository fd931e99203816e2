import { InvalidArgumentError, type Command } from "commander";
import { parseDuration } from "../../config/durations.ts";
import { positiveInteger } from "../command.ts";
import { cutShort } from "../../domain/cut-short.ts";
import { failure } from "../failure.ts";

/** Of a name that nobody gave it. */
const LONGEST_NAME = 60;

/** When a job is due, as it is typed. */
interface When {
  readonly at?: string;
  readonly every?: number;
  readonly cron?: string;
  readonly tz?: string;
  readonly stagger?: number;
}

/** What it does. */
interface What {
  readonly message?: string;
  readonly systemEvent?: string;
  readonly model?: string;
  readonly thinking?: string;
  readonly timeoutSeconds?: number;
}

/** Where its words go. */
interface Where {
  readonly announce?: boolean;
  readonly channel?: string;
  readonly to?: string;
  readonly account?: string;
  readonly thread?: string;
  readonly webhook?: string;
  readonly deliver?: boolean;
  readonly bestEffort?: boolean;
}

/** How it is called, and where it runs. */
interface Who {
  readonly name?: string;
  readonly description?: string;
  readonly session?: string;
  readonly sessionKey?: string;
  readonly agent?: string;
  readonly wake?: string;
  readonly keepAfterRun?: boolean;
  readonly disabled?: boolean;
}

/** What a job is made or changed with, as it is typed. */
type TypedOptions = When & What & Where & Who;

function span(text: string): number {
  const ms = parseDuration(text, "ms");
  if (ms === null || ms === 0) throw new InvalidArgumentError("It must be a duration, such as 30s, 10m, 2h or 1d.");
  return ms;
}

/** The options that make and change a job; the names are OpenClaw's where it has them. */
export function jobOptions(command: Command): Command {
  return command
    .option("--at <time>", "once: a time (2026-12-24T18:00), or how long from now (20m)")
    .option("--every <duration>", "again and again: 30s, 10m, 2h, 1d", span)
    .option("--cron <expression>", "by the clock: five fields, or six with seconds first")
    .option("--tz <zone>", "the time zone of --cron (default: the gateway's)")
    .option("--stagger <duration>", "spread over so much time after the instant of --cron", span)
    .option("--message <text>", "what the agent is to do, in a session of its own")
    .option("--system-event <text>", "what the agent is told in the main session")
    .option("--session <target>", "main, isolated, current or session:<key> (default: by what it does)")
    .option("--session-key <key>", "whose last chat it is for; with --session current, where it runs")
    .option("--agent <id>", "which agent does it")
    .option("--wake <mode>", "of an event: now, or next-heartbeat to tell it with its next turn")
    .option("--model <model>", "of a session of its own: provider/model")
    .option("--thinking <level>", "of a session of its own: off, minimal, low, medium, high")
    .option("--timeout-seconds <n>", "how long it may take", positiveInteger)
    .option("--announce", "send what it says (default): to the chat that was last used, or to --channel and --to")
    .option("--channel <name>", "send it there: a channel, or last")
    .option("--to <chat>", "to this chat of the channel")
    .option("--account <id>", "by this account of the channel")
    .option("--thread <id>", "into this thread of the chat")
    .option("--webhook <url>", "post the result there instead")
    .option("--no-deliver", "send nothing")
    .option("--best-effort", "a run whose words cannot be sent is no failure")
    .option("--keep-after-run", "of --at: keep it when it is done, switched off");
}

function clash(what: string): Error {
  return failure("REQUEST_INVALID", what, "`continuo cron add --help` has examples.");
}

function atTime(text: string, now: number): string {
  const wait = parseDuration(text, "m");
  const at = wait !== null && /[a-z]$/i.test(text) ? now + wait : Date.parse(text);
  if (Number.isNaN(at)) throw clash(`--at ${text} is no time: write 2026-12-24T18:00, or how long from now, such as 20m.`);
  return new Date(at).toISOString();
}

function scheduleOf({ at, every, cron, tz, stagger }: When, now: number): object | undefined {
  const given = [at, every, cron].filter((one) => one !== undefined);
  if (given.length > 1) throw clash("A job has one of --at, --every and --cron.");
  if (cron === undefined && (tz ?? stagger) !== undefined) throw clash("--tz and --stagger go with --cron.");
  if (at !== undefined) return { kind: "at", at: atTime(at, now) };
  if (every !== undefined) return { kind: "every", everyMs: every };
  return cron === undefined ? undefined : { kind: "cron", expr: cron, ...(tz === undefined ? {} : { tz }), ...(stagger === undefined ? {} : { staggerMs: stagger }) };
}

function payloadOf({ message, systemEvent, model, thinking, timeoutSeconds }: What): object | undefined {
  if (message !== undefined && systemEvent !== undefined) throw clash("A job has --message or --system-event.");
  const own = Object.fromEntries(Object.entries({ model, thinking, timeoutSeconds }).filter(([, value]) => value !== undefined));
  if (message === undefined && Object.keys(own).length > 0) throw clash("--model, --thinking and --timeout-seconds go with --message.");
  if (systemEvent !== undefined) return { kind: "systemEvent", text: systemEvent };
  return message === undefined ? undefined : { kind: "agentTurn", message, ...own };
}

function deliveryOf({ announce, channel, to, account, thread, webhook, deliver, bestEffort }: Where): object | undefined {
  const named = { channel, to, accountId: account, threadId: thread };
  const place = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  const mild = bestEffort === true ? { bestEffort } : {};
  if (webhook !== undefined) return { mode: "webhook", to: webhook, ...mild };
  if (deliver === false) return { mode: "none" };
  return announce === true || bestEffort === true || Object.keys(place).length > 0 ? { mode: "announce", ...place, ...mild } : undefined;
}

/** What of a job was typed; what was not is left out. */
export function typedJob(options: object, now: number): Record<string, unknown> {
  const typed = options as TypedOptions;
  const { name, description, session, sessionKey, agent, wake, keepAfterRun, disabled } = typed;
  const all = {
    ...{ name, description, sessionTarget: session, sessionKey, agentId: agent, wakeMode: wake },
    ...{ schedule: scheduleOf(typed, now), payload: payloadOf(typed), delivery: deliveryOf(typed) },
    ...(keepAfterRun === true ? { deleteAfterRun: false } : {}),
    ...(disabled === true ? { enabled: false } : {}),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The same for a new job: what it cannot do without. Throws REQUEST_INVALID. */
export function typedNewJob(options: object, now: number): Record<string, unknown> {
  const job = typedJob(options, now);
  if (job["schedule"] === undefined) throw clash("When? Say --at, --every or --cron.");
  if (job["payload"] === undefined) throw clash("What? Say --message, or --system-event.");
  const { message, systemEvent } = options as What;
  return { name: cutShort(message ?? systemEvent ?? "", LONGEST_NAME), ...job };
}
