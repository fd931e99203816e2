import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import type { Store } from "../../store/store.ts";
import { findConversation } from "../../store/statements/find-conversation.ts";
import { toEntry } from "../../store/rows.ts";
import { createDigest } from "./digest.ts";
import type { FoundAgent, Trouble } from "./found.ts";
import type { Known } from "./keys.ts";
import { planImport, type PlannedConversation, type PlannedSession } from "./plan.ts";
import type { ImportedSession, NotMapped, Totals } from "./report.ts";
import type { SentDoor } from "./sent.ts";
import { readTranscript, type Transcript } from "./transcript.ts";
import { wholeOf } from "./whole.ts";
import { digestStored, writeConversation, type WholeConversation, type Written } from "./write.ts";

export interface ImportParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly known: Known;
  readonly agents: readonly FoundAgent[];
  /** What was met while the source was looked at. */
  readonly troubles: readonly Trouble[];
  readonly dryRun: boolean;
  readonly sent: SentDoor;
  /** Conversations; a killed run is carried on by the next. */
  onProgress(done: number, total: number): void;
  onImported(conversation: { readonly key: string; readonly sessionId: string }): void;
}

export interface Imported {
  readonly totals: Totals;
  readonly sessions: readonly ImportedSession[];
  readonly notMapped: readonly NotMapped[];
  readonly troubles: readonly Trouble[];
}

/** What is counted by its name, and why it has no place here. */
class Counted {
  readonly #counts = new Map<string, { count: number; readonly why: string }>();

  add(what: string, why: string, count = 1): void {
    const known = this.#counts.get(what) ?? { count: 0, why };
    known.count += count;
    this.#counts.set(what, known);
  }

  list(): NotMapped[] {
    return [...this.#counts].map(([what, { count, why }]) => ({ what, count, why })).toSorted((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
  }
}

const FIELD = "the row's field has no place in Continuo";
const LINE = "a line of the transcript that says nothing anybody said";
const PICTURE = "too large, of a kind that is not taken, or not there any more; a line says so";
const NAMED = "the words name a file; it stays in the source, since anybody can write such a line";

function countLeftOut(counted: Counted, read: Transcript | null): void {
  for (const [type, count] of read?.passedOver ?? []) counted.add(`line ${type}`, LINE, count);
  if (read !== null && read.missing > 0) counted.add("attachments", PICTURE, read.missing);
  if (read !== null && read.named > 0) counted.add("files named in words", NAMED, read.named);
}

/** What would become of it. */
async function lookAt(store: Store, { row, entries }: WholeConversation): Promise<Written> {
  const stored = await store.get(findConversation, { session_id: row.session_id });
  if (stored === undefined) return { kind: "added", entries: entries.length, isCurrent: row.ended_at === null };
  return stored.entry_seq >= entries.length ? { kind: "there" } : { kind: "grown", entries: entries.length - stored.entry_seq };
}

const ENTRIES_AT_ONCE = 500;

/** Of the entries; and of what was said alone, whatever it is called: two transcripts of one id that are equal in that are one. */
async function digestsOf({ entries }: WholeConversation): Promise<{ readonly sha256: string; readonly words: string }> {
  const [whole, words] = [createDigest(), createDigest()];
  for (const [index, entry] of entries.entries()) {
    whole.add(entry);
    words.add({ ...entry, id: "" });
    if (index % ENTRIES_AT_ONCE === ENTRIES_AT_ONCE - 1) await nextTurn();
  }
  return { sha256: whole.value(), words: words.value() };
}

function refsIn({ entries }: WholeConversation): string[] {
  return [...new Set(entries.flatMap((entry) => (entry.meta === null ? [] : (toEntry(entry).attachments ?? []).map(({ ref }) => ref))))];
}

const OUTCOMES = { added: "new", grown: "grown", there: "there", parted: "parted" } as const;

/** Brings everything in that was found; what is there already stays as it is. */
export async function importOpenClaw({ store, clock, known, agents, troubles: met, dryRun, sent, onProgress, onImported }: ImportParts): Promise<Imported> {
  const troubles = [...met];
  const complain = (trouble: Trouble): void => void troubles.push(trouble);
  const counted = new Counted();
  const planned = await planImport(agents, known, clock.now(), complain);
  const all = planned.flatMap((session) => session.conversations.map((conversation) => ({ session, conversation })));
  const sessions: ImportedSession[] = [];
  const copies = new Map<string, string>();
  const totals = { agents: agents.length, sessions: planned.length, conversations: all.length, entries: 0, asides: 0, added: 0, addedEntries: 0, there: 0, parted: 0 };

  const bring = async (session: PlannedSession, conversation: PlannedConversation): Promise<void> => {
    const { transcript, row } = conversation;
    const read = transcript === null ? null : await readTranscript(transcript, complain, sent.keep);
    countLeftOut(counted, read);
    for (const name of row?.unknown ?? []) counted.add(`field ${name}`, FIELD);
    const whole = await wholeOf(session, conversation, read, clock.now());
    const { sha256, words } = await digestsOf(whole);
    const name = `${conversation.alike ?? ""} ${words}`;
    if (whole.entries.length > 0 && copies.has(name)) return complain({ file: transcript?.at ?? "", line: null, why: `it is a copy of ${copies.get(name) ?? ""}` });
    copies.set(name, whole.row.session_id);
    const written = dryRun ? await lookAt(store, whole) : await writeConversation(store, whole, session.place.chatKind, clock.now(), () => undefined);
    if (written.kind === "added" && !dryRun) {
      onImported({ key: whole.row.key, sessionId: whole.row.session_id });
      const found = await digestStored(store, whole.row.session_id, whole.entries.length);
      if (found !== sha256) complain({ file: transcript?.at ?? "", line: null, why: `what was stored of ${whole.row.session_id} is not what was read; please report it` });
    }
    if (written.kind !== "added" && !dryRun) await sent.letGo(refsIn(whole));
    if (written.kind === "grown" && !dryRun) onImported({ key: whole.row.key, sessionId: whole.row.session_id });
    if (written.kind === "parted") complain({ file: transcript?.at ?? "", line: null, why: `${whole.row.session_id} went on here and there since it was imported, or something runs in it: ${written.entries} newer entries of the source were left out` });
    totals.entries += whole.entries.length;
    totals.asides += whole.asides.size;
    if (written.kind === "added" || written.kind === "grown") totals.addedEntries += written.entries;
    totals[written.kind === "added" ? "added" : written.kind === "parted" ? "parted" : "there"]++;
    sessions.push({
      ...{ key: whole.row.key, sessionId: whole.row.session_id, source: transcript?.at ?? null, entries: whole.entries.length, asides: whole.asides.size, sha256 },
      ...{ outcome: OUTCOMES[written.kind], isCurrent: written.kind === "added" ? written.isCurrent : conversation.isCurrent },
    });
  };

  for (const [index, { session, conversation }] of all.entries()) {
    onProgress(index, all.length);
    try {
      await bring(session, conversation);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // A file that cannot be read is told, and the next one is taken; what the store says ends it.
      if (!(error instanceof RangeError) && !["ENOENT", "EACCES", "EIO", "EISDIR", "EPERM"].includes(code ?? "")) throw error;
      complain({ file: conversation.transcript?.at ?? "", line: null, why: `it cannot be read (${code ?? (error as Error).message})` });
    }
    await nextTurn();
  }
  onProgress(all.length, all.length);
  return { totals, sessions, notMapped: counted.list(), troubles };
}
