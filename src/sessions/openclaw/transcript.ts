import { setImmediate as nextTurn } from "node:timers/promises";
import type { Complain, FoundTranscript } from "./found.ts";
import { settleSent, type KeepSent } from "./sent.ts";
import { readLine, type ReadLine, type Said } from "./line.ts";

/** An entry at its place: `seq` counts from 1 in the order of the file. */
export interface Placed {
  /** As the source calls it, made unique within the transcript. */
  readonly id: string;
  readonly seq: number;
  readonly parentId: string | null;
  readonly at: number;
  readonly said: Said;
  readonly firstKeptSeq: number | null;
}

export interface Transcript {
  readonly beganAt: number | null;
  readonly entries: readonly Placed[];
  /** Of the entries on the path to the leaf, by `seq`; the others are asides. */
  readonly onPath: ReadonlySet<number>;
  /** Lines that are part of the tree and say nothing, by their type. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** What was sent and did not come along. */
  readonly missing: number;
  /** Files that are named by words alone. */
  readonly named: number;
}

interface Node {
  readonly parent: Node | null;
  /** The entry, or null for a line that says nothing. */
  readonly entry: Placed | null;
  /** The `seq` of this entry, or of the next one. */
  readonly seq: number;
}

interface Reading {
  readonly nodes: Map<string, Node>;
  readonly entries: Placed[];
  readonly passedOver: Map<string, number>;
  beganAt: number | null;
  missing: number;
  named: number;
  last: Node | null;
  leaf: Node | null;
}

const LINES_AT_ONCE = 200;

/** The entry that a node continues: lines that say nothing are no one's parents. */
function entryAbove(node: Node | null): Placed | null {
  let above = node;
  while (above !== null && above.entry === null) above = above.parent;
  return above?.entry ?? null;
}

type Treed = Exclude<ReadLine, { readonly kind: "header" | "broken" }>;

/** A parent stands above its children: one that is not there yet was lost, and the line before is the best that is known. */
function parentOf(reading: Reading, line: Treed, unknown: () => void): Node | null {
  if (line.parentId === null) return null;
  if (line.parentId === undefined) return reading.last;
  const parent = reading.nodes.get(line.parentId);
  if (parent !== undefined) return parent;
  unknown();
  return reading.last;
}

function place(reading: Reading, line: Said, parent: Node | null, number: number): Placed {
  const wanted = line.id ?? `line-${number}`;
  const seq = reading.entries.length + 1;
  const at = line.at ?? reading.entries.at(-1)?.at ?? reading.beganAt ?? 0;
  const kept = reading.nodes.get(line.compaction?.firstKept ?? "")?.seq ?? seq;
  // What keeps nothing before it is followed by all that is kept.
  const firstKeptSeq = line.compaction === null ? null : kept < seq ? kept : seq + 1;
  return { id: reading.nodes.has(wanted) ? `${wanted}~${number}` : wanted, seq, parentId: entryAbove(parent)?.id ?? null, at, said: line, firstKeptSeq };
}

function take(reading: Reading, line: Treed, number: number, complain: (why: string) => void): void {
  const parent = parentOf(reading, line, () => complain("it follows a line that is not there; it was put behind the one before it"));
  if (line.kind === "said") {
    const entry = place(reading, line, parent, number);
    const node = { parent, entry, seq: entry.seq };
    reading.entries.push(entry);
    reading.named += line.named;
    reading.nodes.set(entry.id, node);
    reading.last = node;
    reading.leaf = node;
    return;
  }
  const target = line.kind === "leaf" ? (line.target === null ? null : (reading.nodes.get(line.target) ?? parent)) : parent;
  const node = { parent: target, entry: null, seq: reading.entries.length + 1 };
  if (line.id !== null && !reading.nodes.has(line.id)) reading.nodes.set(line.id, node);
  if (line.kind === "link") reading.passedOver.set(line.type, (reading.passedOver.get(line.type) ?? 0) + 1);
  reading.last = node;
  reading.leaf = node;
}

function pathTo(leaf: Node | null): Set<number> {
  const path = new Set<number>();
  for (let node = leaf; node !== null; node = node.parent) if (node.entry !== null) path.add(node.entry.seq);
  return path;
}

/**
 * Reads a transcript in any of its forms, mixtures too (spec 3.4). What cannot be read is told by file and line, and the rest
 * is taken. The tree of OpenClaw's form becomes the path to its leaf, and what is beside it.
 */
export async function readTranscript(found: FoundTranscript, complain: Complain, keep: KeepSent): Promise<Transcript> {
  const reading: Reading = { nodes: new Map(), entries: [], passedOver: new Map(), beganAt: null, missing: 0, named: 0, last: null, leaf: null };
  let read = 0;
  for await (const { number, text } of found.lines()) {
    const tell = (why: string): void => complain({ file: found.at, line: number, why });
    if (++read % LINES_AT_ONCE === 0) await nextTurn();
    if (text === null) {
      tell("it is not UTF-8");
      continue;
    }
    if (text.trim() === "") continue;
    const line = readLine(text);
    if (line.kind === "broken") tell(line.why);
    else if (line.kind === "header") reading.beganAt ??= line.at;
    else if (line.kind !== "said") take(reading, line, number, tell);
    else {
      const { said, missing } = await settleSent(line, keep);
      reading.missing += missing;
      take(reading, said, number, tell);
    }
  }
  const leaf = found.leaf === null ? null : (reading.nodes.get(found.leaf) ?? null);
  return { beganAt: reading.beganAt ?? reading.entries[0]?.at ?? null, entries: reading.entries, onPath: pathTo(leaf ?? reading.leaf), passedOver: reading.passedOver, missing: reading.missing, named: reading.named };
}
