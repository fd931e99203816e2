/** A store in which two people have left something in every table that keeps anything of people. */
import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createChunks, createMedia } from "../../src/media/index.ts";
import { packEntries } from "../../src/sessions/maintenance/pack.ts";
import type { Store } from "../../src/store/store.ts";
import type { EntryRow } from "../../src/store/tables.ts";
import { removeStateDir, storeIn, tamperIn } from "./database.ts";

type Value = string | number | null;
type Columns = Readonly<Record<string, Value>>;

/** As short as a number, so that it is nobody by itself; and nothing that stands in a hash. */
export const ANN = "u42q";
export const BOB = "8899";
const AT = 1_700_000_000_000;
const MAIN = "agent:main:main";
const OWN = `agent:main:telegram:dm:${ANN}`;
const GROUP = "agent:main:telegram:group:-1";
const GONE = "agent:main:telegram:group:-2";

export interface Planted {
  readonly directory: string;
  readonly store: Store;
}

/** What was sent: by Ann, by Bob, by both, by Ann in what is in the trash now, and in what was purged from there. */
const WHOSE = ["ann", "bob", "both", "trashed", "purged"] as const;
export const FILES = Object.fromEntries(WHOSE.map((whose) => [whose, Buffer.from(`the picture of ${whose}`)])) as Readonly<Record<(typeof WHOSE)[number], Buffer>>;
export const refOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function sent(...files: (keyof typeof FILES)[]): { readonly meta: string } {
  return { meta: JSON.stringify({ attachments: files.map((whose) => ({ kind: "file", name: "picture", type: "image/png", size: FILES[whose].byteLength, ref: refOf(FILES[whose]) })) }) };
}

/** What these rows hold, as their kind does. */
function uses(rows: readonly Columns[], held: (row: Columns) => Columns): [string, Columns][] {
  return rows.flatMap((row) => {
    const { attachments = [] } = JSON.parse(String(row["meta"] ?? "{}")) as { attachments?: { ref: string }[] };
    return attachments.map(({ ref }): [string, Columns] => ["media_uses", { ...held(row), hash: ref }]);
  });
}

const place = { channel: "telegram", account: "default", chat: "-1", thread: null };

function entry(session: string, key: string, seq: number, from: string, text: string, more: Columns = {}): Columns {
  const parent_id = seq === 1 ? null : `${session}-${seq - 1}`;
  const isReply = from === "main";
  return { session_id: session, seq, id: `${session}-${seq}`, session_key: key, parent_id, turn_id: null, role: isReply ? "assistant" : "user", text, at: AT + seq, ...place, sender_id: from, sender_name: isReply ? null : `name-of-${from}`, person: null, audience: "chat:x", model: null, meta: null, message_id: `${session}-m${seq}`, ...more };
}

/** Said by Ann, answered; said by Bob, answered; the sum of it; Ann and Bob in one batch, answered; and Bob again. */
export function talkIn(session: string, key: string): Columns[] {
  return [
    entry(session, key, 1, ANN, `secret one of ann in ${session}`, { turn_id: `${session}-t1`, ...sent("ann", "both") }),
    entry(session, key, 2, "main", `the answer to secret one of ann in ${session}`, { turn_id: `${session}-t1` }),
    entry(session, key, 3, BOB, `words of bob in ${session}`, { turn_id: `${session}-t2`, ...sent("bob", "both") }),
    entry(session, key, 4, "main", `the answer to words of bob in ${session}`, { turn_id: `${session}-t2` }),
    entry(session, key, 5, "main", `summed up: secret one of ann in ${session}`, { role: "system", meta: JSON.stringify({ compaction: { firstKeptSeq: 3 } }) }),
    entry(session, key, 6, ANN, `secret two of ann in ${session}`, { turn_id: `${session}-t3`, ...(session === "r" ? sent("trashed", "both") : {}) }),
    entry(session, key, 7, BOB, `more words of bob in ${session}`, { turn_id: `${session}-t3` }),
    entry(session, key, 8, "main", `the answer to both, secret two of ann in ${session}`, { turn_id: `${session}-t3` }),
    entry(session, key, 9, BOB, `last words of bob in ${session}`),
  ];
}

function sessionRow(key: string, id: string): Columns {
  return { key, agent_id: "main", session_id: id, chat_kind: key === OWN ? "dm" : "group", channel: "telegram", display_name: key === OWN ? "Ann" : "Birds", label: null, audience: "x", created_at: AT, updated_at: AT, interaction_at: AT, model_override: null, model_last: null, last_route: JSON.stringify({ ...place, chat: key === MAIN ? ANN : "-1" }), dock: null, queue: null };
}

function conversation(id: string, key: string, count: number): Columns {
  return { session_id: id, key, began_at: AT, began_reason: "first", ended_at: null, ended_reason: null, entry_seq: count, leaf_id: `${id}-${count}`, message_count: count, preview: `secret one of ann in ${id}`, usage: null, amends: 0 };
}

function participant(key: string, sender: string, kind = "group"): Columns {
  return { session_key: key, ...place, chat: kind === "dm" ? sender : "-1", sender_id: sender, sender_name: `name-of-${sender}`, chat_kind: kind, explicit: 0, place: null, messages: 1, first_at: AT, last_at: AT, canary: null, thread_key: "" };
}

function item(id: string, key: string, sender: string, text: string, turn: string | null): Columns {
  const message = JSON.stringify({ message: { text, sender: { id: sender }, address: place, ...(JSON.parse(sent(sender === ANN ? "ann" : "bob").meta) as object) } });
  return { id, run_id: id, agent_id: "main", session_key: key, state: "done", turn_id: turn, message_id: id, accepted_at: AT, message, why: "{}", ...place, sender_id: sender, sender_name: `name-of-${sender}`, person: null, audience: "x" };
}

function turn(id: string, key: string): Columns {
  return { id, run_id: id, session_key: key, session_id: "g", agent_id: "main", state: "committed", attempt: 1, holder: "h", fence: 1, lease_until: 0, started_at: AT, ended_at: AT, audience: "x", reply_to: null, draft: null, error: null, ...place };
}

function delivery(id: string, key: string, turnId: string, text: string): Columns {
  return { id, turn_id: turnId, session_key: key, audience: "x", reply_to: null, text, state: "sent", due_at: AT, draft: null, error: null, created_at: AT, settled_at: AT, ...place };
}

/** A job that does something, and its run. */
function job(id: string, about: string, more: { readonly to?: string; readonly key?: string }): [string, Columns][] {
  const plan = { schedule: { kind: "every", everyMs: 1_000 }, sessionTarget: "isolated", wakeMode: "now", payload: { kind: "agentTurn", message: `Write to ${about}` }, delivery: { mode: "announce", channel: "telegram", ...(more.to === undefined ? {} : { to: more.to }) } };
  const run = { id: `run-${id}`, job_id: id, kind: "due", due_at: AT, started_at: AT, ended_at: AT, status: "ok", error: null, session_key: more.key ?? null, delivery: "delivered", open: 0 };
  return [
    ["jobs", { id, agent_id: "main", session_key: more.key ?? null, name: `for ${about}`, enabled: 1, job: JSON.stringify(plan), next_run_at: AT, run_id: null, state: JSON.stringify({ lastError: `no word of ${about}` }), created_at: AT, updated_at: AT }],
    ["job_runs", { ...run, summary: `I wrote to ${about}` }],
  ];
}

function ofPerson(sender: string, name: string): [string, Columns][] {
  const who = { channel: "telegram", account: "default", sender_id: sender };
  return [
    ["people", { id: `p-${name}`, name, name_key: name.toLowerCase(), role: "member", created_at: AT }],
    ["identities", { channel: "telegram", account: "default", peer: sender, person_id: `p-${name}`, display_name: `name-of-${sender}`, proved_by: "operator", proved_at: AT }],
    ["peer_aliases", { channel: "telegram", alias: `alias-of-${sender}`, peer: sender, learned_at: AT }],
    ["approvals", { ...who, surface: "dm", approved_at: AT, approved_by: "x" }],
    ["pairings", { ...who, surface: "dm", code: `CODE${sender}`, sender_name: null, chat: sender, state: "approved", created_at: AT, expires_at: AT }],
    ["agreements", { id: `a-${name}`, kind: "link", code: `c-${name}`, state: "done", issuer_ref: JSON.stringify(["telegram", "default", sender]), issuer: "{}", redeemer_ref: null, redeemer: null, created_at: AT, expires_at: AT }],
    ["tries", { ref: JSON.stringify(["telegram", "default", sender]), what: "link.issue", since: AT, count: 1 }],
    ["drops", { ...who, chat: sender, sender_name: null, reason: "x", count: 1, first_at: AT, last_at: AT }],
    ["overheard", { ...place, sender_id: sender, sender_name: null, message_id: `o-${sender}`, text: `overheard of ${name.toLowerCase()}`, at: AT, thread_key: "" }],
    ["usage_days", { day: "2026-01-01", who: `person:${name.toLowerCase()}`, session_key: GROUP, turns: 1, tokens: 1, cost: 1, refused: 0 }],
    ["read_marks", { who: name, device: "d", session_key: GROUP, session_id: "g", seq: 1, at: AT }],
    ["participants", participant(GROUP, sender)],
    ["participants", participant(MAIN, sender, "dm")],
    ["inbox", item(`i-${name}`, GROUP, sender, `queued of ${name.toLowerCase()}`, null)],
    ["media_uses", { kind: "item", id: `i-${name}`, hash: refOf(FILES[sender === ANN ? "ann" : "bob"]) }],
    ["setbacks", { item_id: `i-${name}`, tries: 1, error: "x", at: AT }],
    ["events", { at: AT, kind: "people.pairing-approved", session_key: null, data: JSON.stringify({ channel: "telegram", account: "default", senderId: sender, surface: "dm", by: name }) }],
    ["events", { at: AT, kind: "people.code-issued", session_key: null, data: JSON.stringify({ identity: `telegram/default/${sender}` }) }],
    ...job(`to-${sender === ANN ? 1 : 2}`, "somebody", { to: sender }),
    ...job(`about-${sender === ANN ? 1 : 2}`, name, {}),
    ["changes", { id: `ch-${name}`, cause: "people", state: "applied", mode: "repartition", at: AT, before: "{}", after: JSON.stringify({ name }), summary: `telegram/default/${sender} is ${name}`, settled_at: AT }],
    ["change_steps", { change_id: `ch-${name}`, number: 1, session_key: GROUP, state: "done", undo: null }],
    ["moved_entries", { change_id: `ch-${name}`, number: 1, entry_id: "x", session_id: "g", seq: 1, session_key: GROUP, parent_id: null, person: null, audience: "x" }],
  ];
}

function inSessions(): [string, Columns][] {
  const own = [entry("o", OWN, 1, ANN, "secret private of ann, the long one", { turn_id: "o-t1" }), entry("o", OWN, 2, "main", "the answer to secret private of ann", { turn_id: "o-t1" })];
  return [
    ...[sessionRow(MAIN, "m"), sessionRow(OWN, "o"), sessionRow(GROUP, "g")].map((row): [string, Columns] => ["sessions", row]),
    ...[conversation("m", MAIN, 9), conversation("o", OWN, 2), conversation("g", GROUP, 9)].map((row): [string, Columns] => ["conversations", row]),
    ...[...talkIn("m", MAIN), ...talkIn("g", GROUP), ...own].map((row): [string, Columns] => ["entries", row]),
    ...["g-1", "g-3"].map((id): [string, Columns] => ["asides", { entry_id: id, branch: "b" }]),
    ["participants", participant(OWN, ANN, "dm")],
    ...job("in-own", "whoever is there", { key: OWN }),
    ["sizes", { session_id: "o", bytes: 10, through_seq: 2 }],
    ["steps", { id: "s1", session_key: OWN, at: AT, kind: "new", from_session: "o", to_session: "o" }],
    ["key_aliases", { from_key: `agent:main:dm:${ANN}`, to_key: MAIN, change_id: "ch-x" }],
    ...["g-t1", "g-t2", "g-t3"].map((id): [string, Columns] => ["turns", turn(id, GROUP)]),
    ["turns", turn("o-t1", OWN)],
    ["outbox", delivery("d1", GROUP, "g-t1", "the answer to secret one of ann in g")],
    ["outbox", delivery("d2", GROUP, "g-t2", "the answer to words of bob in g")],
    ["outbox", delivery("d3", OWN, "o-t1", "the answer to secret private of ann")],
    ...["d1", "d2"].map((id): [string, Columns] => ["rendered", { delivery_id: id, parts: "[]" }]),
    ...["d1", "d2"].map((id): [string, Columns] => ["holds", { delivery_id: id, reason: "x", since: AT, released_at: null }]),
    ["trash", { id: "t1", session_key: GONE, agent_id: "main", reason: "stale", state: "kept", at: AT, entries: 9, parts: 2, bytes: 10, session: JSON.stringify(sessionRow(GONE, "r")) }],
    ["trash_parts", { trash_id: "t1", number: 0, kind: "conversation", session_id: "r", open: 0, content: JSON.stringify(conversation("r", GONE, 9)) }],
    ["trash_parts", { trash_id: "t1", number: 1, kind: "entries", session_id: "r", open: 0, content: packEntries(talkIn("r", GONE).slice(0, 5) as unknown as EntryRow[]) }],
    ["trash_parts", { trash_id: "t1", number: 2, kind: "entries", session_id: "r", open: 0, content: packEntries(talkIn("r", GONE).slice(5) as unknown as EntryRow[]) }],
    ...uses([...talkIn("m", MAIN), ...talkIn("g", GROUP)], ({ id }) => ({ kind: "entry", id: id ?? null })),
    ...[...new Map(uses(talkIn("r", GONE), () => ({ kind: "trash", id: "t1" })).map((one) => [one[1]["hash"], one])).values()],
    // What used it is gone: it holds nothing.
    ["media_uses", { kind: "item", id: "long-gone", hash: refOf(FILES.ann) }],
    ["media_uses", { kind: "trash", id: "purged", hash: refOf(FILES.purged) }],
    ["events", { at: AT, kind: "session.reset", session_key: OWN, data: "{}" }],
    ["events", { at: AT, kind: "session.reset", session_key: GROUP, data: "{}" }],
  ];
}

export async function planted(t: TestContext): Promise<Planted> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-planted-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
  });
  for (const [table, row] of [...inSessions(), ...ofPerson(ANN, "Ann"), ...ofPerson(BOB, "Bob")]) {
    const columns = Object.keys(row);
    await tamperIn(directory, `insert into ${table} (${columns.map((column) => `"${column}"`).join(", ")}) values (${columns.map(() => "?").join(", ")})`, ...Object.values(row));
  }
  const media = createMedia({ store, clock: { now: () => AT }, place: createChunks(store, { now: () => AT }), other: createChunks(store, { now: () => AT }) });
  for (const bytes of Object.values(FILES)) await media.put(bytes, "image/png");
  return { directory, store };
}
