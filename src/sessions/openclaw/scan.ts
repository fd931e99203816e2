import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { asFields, parseJson, type Fields } from "./fields.ts";
import type { Complain, FoundAgent, FoundRow, FoundTranscript } from "./found.ts";
import { linesOfFile } from "./lines-of-file.ts";

/** Continuo's own copies: they are never read back (A7). */
const OWN_MARKER = ".continuo-mirror";

/** `<id>.jsonl`, `<id>-topic-<thread>.jsonl`, and what was put away: `.jsonl.reset.<time>`, `.jsonl.deleted.<time>` (spec 3.1). */
const TRANSCRIPT = /^(.+?)\.jsonl(?:\.(reset|deleted)\.(.+))?$/;

/** Files beside the transcripts that hold none: what a run did, and checkpoints of compactions. */
const BESIDE = /\.(?:trajectory|checkpoint\.[^.]+)\.jsonl/;

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

/** `2026-11-21T02-00-36.104Z`: a time that may name a file. */
function timeInName(text: string): number | null {
  const iso = text.replace(/^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)/, "$1:$2:$3").replace(/(Z).*$/, "$1");
  const at = Date.parse(iso);
  return Number.isFinite(at) ? at : null;
}

interface Named {
  readonly sessionId: string;
  readonly topic: boolean;
  readonly putAway: FoundTranscript["putAway"];
}

/** What a file's name says of its transcript; null: it is none. */
export function readName(name: string): Named | null {
  const [, stem = "", kind, at = ""] = TRANSCRIPT.exec(name) ?? [];
  if (stem === "" || BESIDE.test(name)) return null;
  const topic = /^(.+)-topic-[^/]+$/.exec(stem);
  const putAway = kind === "reset" || kind === "deleted" ? ({ kind, at: timeInName(at) } as const) : null;
  // A session's id and its topic's are one name: two topics of one id are two transcripts.
  return { sessionId: stem, topic: topic !== null, putAway };
}

async function readIndex(path: string, at: string, complain: Complain): Promise<Fields> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (code !== "ENOENT") complain({ file: at, line: null, why: `it cannot be read (${code})` });
    return {};
  }
  try {
    const read = asFields(parseJson(text.replace(/^\uFEFF/, "")));
    if (read !== null) return read;
    complain({ file: at, line: null, why: "it is no JSON object" });
  } catch {
    complain({ file: at, line: null, why: "it is no JSON: half-written, or something else; its transcripts are imported by themselves" });
  }
  return {};
}

export interface SessionsFolder {
  readonly agentId: string;
  readonly path: string;
}

/** One agent's `sessions.json` and transcripts; null: there are none, or they are Continuo's own copies. */
export async function scanFolder({ agentId, path }: SessionsFolder, root: string, complain: Complain): Promise<FoundAgent | null> {
  const names = await namesIn(path);
  if (names.length === 0) return null;
  const at = (name: string): string => relative(root, join(path, name));
  if (names.includes(OWN_MARKER)) {
    complain({ file: at(""), line: null, why: "it is Continuo's own readable copy, which is never read back" });
    return null;
  }
  const rows: FoundRow[] = [];
  for (const [key, value] of Object.entries(names.includes("sessions.json") ? await readIndex(join(path, "sessions.json"), at("sessions.json"), complain) : {})) {
    const entry = asFields(value);
    if (entry === null) complain({ file: at("sessions.json"), line: null, why: `the row ${JSON.stringify(key)} is no object` });
    else rows.push({ agentId, key, entry, at: at("sessions.json") });
  }
  const transcripts = names.flatMap((name): FoundTranscript[] => {
    const named = readName(name);
    return named === null ? [] : [{ agentId, sessionId: named.sessionId, key: null, at: at(name), putAway: named.putAway, leaf: null, lines: () => linesOfFile(join(path, name)) }];
  });
  return { agentId, rows, transcripts };
}

/** Every agent's folder below a state directory; `template` is `session.store`, where one is set. */
export async function findFolders(root: string, template: ((agentId: string) => string) | null): Promise<SessionsFolder[]> {
  const agents = await namesIn(join(root, "agents"));
  const usual = agents.map((agentId) => ({ agentId, path: join(root, "agents", agentId, "sessions") }));
  const placed = template === null ? [] : [...new Set(["main", ...agents])].map((agentId) => ({ agentId, path: template(agentId) }));
  const seen = new Set<string>();
  return [...usual, ...placed].filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** The databases of later versions, one an agent. */
export async function findDatabases(root: string): Promise<SessionsFolder[]> {
  const found: SessionsFolder[] = [];
  for (const agentId of await namesIn(join(root, "agents"))) {
    const names = await namesIn(join(root, "agents", agentId, "agent"));
    if (names.includes("openclaw-agent.sqlite")) found.push({ agentId, path: join(root, "agents", agentId, "agent", "openclaw-agent.sqlite") });
  }
  return found;
}
