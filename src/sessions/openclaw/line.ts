import type { Role } from "../../domain/entry.ts";
import type { Usage } from "../../domain/usage.ts";
import type { Attachment } from "../../domain/message.ts";
import { readContent } from "./content.ts";
import { asFields, countIn, parseJson, textIn, timeOf, without, type Fields } from "./fields.ts";
import { filesOf, namedInWords, type SentThere } from "./attached.ts";

/** What of a line Continuo has no column for: kept with the entry, so that an export can say it again. */
export interface Kept {
  readonly content?: readonly unknown[];
  /** Fields of the message. */
  readonly message?: Fields;
  /** What kind of line it was, where that was no message; and its fields. */
  readonly type?: string;
  readonly fields?: Fields;
}

export interface Said {
  readonly kind: "said";
  /** Null: the line has none, as in the flat form. */
  readonly id: string | null;
  /** Undefined: the line does not say; it follows the one before it. */
  readonly parentId: string | null | undefined;
  readonly at: number | null;
  readonly role: Role;
  readonly text: string;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly stopReason: string | null;
  readonly compaction: { readonly firstKept: string | null; readonly tokensBefore: number } | null;
  readonly sender: { readonly id: string; readonly name: string | null } | null;
  readonly kept: Kept | null;
  /** What was sent with it, until that is settled (sent.ts); and what came along of it. */
  readonly sent: readonly SentThere[];
  readonly attachments: readonly Attachment[];
  /** Files that its words name alone. */
  readonly named: number;
}

export type ReadLine =
  | Said
  | { readonly kind: "header"; readonly id: string | null; readonly at: number | null; readonly parentSession: string | null }
  /** Part of the tree, but nothing that anybody said. */
  | { readonly kind: "link"; readonly type: string; readonly id: string | null; readonly parentId: string | null | undefined }
  /** Another branch is the one that goes on. */
  | { readonly kind: "leaf"; readonly id: string | null; readonly parentId: string | null | undefined; readonly target: string | null }
  | { readonly kind: "broken"; readonly why: string };

/** Words as they are, blank ones too. */
const wordsOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const ROLES: Readonly<Record<string, Role>> = { user: "user", assistant: "assistant", toolResult: "toolResult", tool: "toolResult", system: "system" };

function usageIn(message: Fields): { readonly usage: Usage | null; readonly more: Fields | null } {
  const usage = asFields(message["usage"]);
  if (usage === null) return { usage: null, more: null };
  const rest = without(usage, "input", "output", "cacheRead", "cacheWrite", "totalTokens", "cost");
  const counted = { input: countIn(usage, "input"), output: countIn(usage, "output"), cacheRead: countIn(usage, "cacheRead"), cacheWrite: countIn(usage, "cacheWrite") };
  const isFree = Object.values(asFields(usage["cost"]) ?? {}).every((price) => price === 0);
  const isPlain = isFree && Object.keys(rest).length === 0;
  return { usage: counted, more: isPlain ? null : usage };
}

function modelIn(message: Fields): string | null {
  const model = textIn(message, "model");
  const provider = textIn(message, "provider");
  return model === null ? null : provider === null ? model : `${provider}/${model}`;
}

function senderIn(message: Fields): Said["sender"] {
  const own = asFields(message["__openclaw"]) ?? message;
  const id = textIn(own, "senderId");
  return id === null ? null : { id, name: textIn(own, "senderName") };
}

/** Of a message, in whichever form: what Continuo has a place for, and the rest. */
function readMessage(message: Fields): Omit<Said, "kind" | "id" | "parentId" | "at" | "compaction"> {
  const { role } = message;
  const rest = without(message, "role", "content", "timestamp", "provider", "model", "stopReason", "usage");
  const { text, blocks, embedded } = readContent(message["content"]);
  const files = filesOf(message);
  const { usage, more } = usageIn(message);
  const known = typeof role === "string" ? ROLES[role] : undefined;
  const fields = { ...rest, ...(more === null ? {} : { usage: more }), ...(known === undefined ? { role } : {}) };
  const kept = { ...(blocks === null ? {} : { content: blocks }), ...(Object.keys(fields).length === 0 ? {} : { message: fields }) };
  return {
    role: known ?? "system",
    text,
    model: modelIn(message),
    usage,
    stopReason: textIn(message, "stopReason"),
    sender: senderIn(message),
    kept: Object.keys(kept).length === 0 ? null : kept,
    sent: [...embedded, ...files],
    attachments: [],
    named: namedInWords(text, files.length),
  };
}

const NOTHING = { model: null, usage: null, stopReason: null, compaction: null, sender: null, kept: null, sent: [], attachments: [], named: 0 } as const;

/** The parent that a line names; a line that has no such field follows the one before it. */
function placeOf(line: Fields): Pick<Said, "id" | "parentId"> {
  const parent = line["parentId"];
  return { id: textIn(line, "id"), parentId: parent === null ? null : typeof parent === "string" ? parent : undefined };
}

function compactionOf(line: Fields): Said {
  const rest = without(line, "type", "id", "parentId", "timestamp", "summary", "content", "role", "firstKeptEntryId", "tokensBefore");
  const compaction = { firstKept: textIn(line, "firstKeptEntryId"), tokensBefore: countIn(line, "tokensBefore") ?? 0 };
  const kept = Object.keys(rest).length === 0 ? null : { fields: rest };
  return { kind: "said", ...placeOf(line), ...NOTHING, at: timeOf(line["timestamp"]), role: "system", text: wordsOf(line["summary"]) ?? readContent(line["content"]).text, compaction, kept };
}

/** A line of another kind that has words of its own. */
function noteOf(line: Fields, type: string, text: string, compaction: Said["compaction"] = null): Said {
  const fields = without(line, "type", "id", "parentId", "timestamp");
  return { kind: "said", ...placeOf(line), ...NOTHING, at: timeOf(line["timestamp"]), role: "system", text, compaction, kept: { type, fields } };
}

const BEGAN_ANEW = "A new conversation began here.";

function readTyped(line: Fields, type: string): ReadLine {
  if (type === "session") return { kind: "header", id: textIn(line, "id"), at: timeOf(line["timestamp"]), parentSession: textIn(line, "parentSession") };
  if (type === "leaf") return { kind: "leaf", ...placeOf(line), target: textIn(line, "targetId") };
  if (type === "compaction") return compactionOf(line);
  if (type === "custom_message") return noteOf(line, type, readContent(line["content"]).text);
  if (type === "branch_summary") return noteOf(line, type, wordsOf(line["summary"]) ?? "");
  // What was said before is not what the model goes on from, and stays to be read.
  if (type === "reset") return noteOf(line, type, BEGAN_ANEW, { firstKept: textIn(line, "firstKeptEntryId"), tokensBefore: 0 });
  const data = line["customType"] === "continuo.notice" ? asFields(line["data"]) : null;
  if (data !== null) return { kind: "said", ...placeOf(line), ...NOTHING, at: timeOf(line["timestamp"]), role: "system", text: wordsOf(data["text"]) ?? "" };
  return { kind: "link", type: line["customType"] === "continuo.leaf" ? "leaf" : type, ...placeOf(line) };
}

/** A line of a transcript in OpenClaw's form or in the flat one (spec 3.4). */
export function readLine(text: string): ReadLine {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { kind: "broken", why: "it is no JSON: half-written, or something else" };
  }
  const line = asFields(value);
  if (line === null) return { kind: "broken", why: "it is JSON, but no object" };
  const type = textIn(line, "type");
  const message = asFields(line["message"]);
  if (type === "message" || (type === null && message !== null)) {
    if (message === null) return { kind: "broken", why: "it says that it is a message, and has none" };
    return { kind: "said", ...placeOf(line), ...readMessage(message), at: timeOf(message["timestamp"]) ?? timeOf(line["timestamp"]), compaction: null };
  }
  if (type !== null) return readTyped(line, type);
  if (typeof line["role"] !== "string") return { kind: "broken", why: "it has neither a role nor a type" };
  const said = without(line, "id", "parentId");
  return { kind: "said", ...placeOf(line), ...readMessage(said), at: timeOf(line["timestamp"]), compaction: null };
}
