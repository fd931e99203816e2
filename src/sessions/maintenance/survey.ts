import type { Store } from "../../store/store.ts";
import { listAgentsWithSessions } from "../../store/statements/list-agents-with-sessions.ts";
import { measureEntries } from "../../store/statements/measure-entries.ts";
import { pageConversationSizes, type ConversationSize } from "../../store/statements/page-conversation-sizes.ts";
import { pageTrashSizes } from "../../store/statements/page-trash-sizes.ts";
import { upsertSize } from "../../store/statements/upsert-size.ts";
import type { Held } from "./plan.ts";

/** What an entry weighs beside its text: ids, sender, address. */
const ENTRY_OVERHEAD = 256;
/** How many conversations, and how many entries that were not measured yet, one step looks at. */
const MOST_ROWS = 200;
const MOST_ENTRIES = 2_000;
const PAGE = 500;

/** What each agent has, as it is being counted. */
export interface Survey {
  readonly held: ReadonlyMap<string, Held>;
  /** Of the bytes, those in the trash. */
  readonly trash: ReadonlyMap<string, number>;
  /** Of a session, what was measured and not written down. */
  unwritten(key: string): number;
  add(agentId: string, change: { readonly sessions: number; readonly bytes: number }): void;
  /** Counts on, a bounded piece; true when all is counted. */
  step(): Promise<boolean>;
}

type Measured = { readonly through: number; readonly bytes: number; readonly looked: number };

/** Only what was said since the last time is measured. */
async function measure(store: Store, size: ConversationSize, most: number): Promise<Measured> {
  let through = size.through_seq ?? 0;
  let bytes = size.bytes ?? 0;
  let looked = 0;
  while (through < size.entry_seq && looked < most) {
    const found = await store.get(measureEntries, { session_id: size.session_id, after: through, limit: PAGE });
    const count = found?.count ?? 0;
    bytes += (found?.bytes ?? 0) + count * ENTRY_OVERHEAD;
    looked += Math.max(1, count);
    through = count < PAGE ? Math.max(size.entry_seq, found?.last ?? 0) : (found?.last ?? size.entry_seq);
  }
  return { through, bytes, looked };
}

/**
 * Counts the sessions at once and their bytes a page at a time, by what is known of each conversation. `remembers`: what was
 * measured is written down for the next one.
 */
export async function createSurvey(store: Store, remembers = true): Promise<Survey> {
  const unwritten = new Map<string, number>();
  const inTrash = new Map<string, number>();
  const held = new Map<string, Held>();
  let conversation: string | null = "";
  let trash: string | null = "";
  const add: Survey["add"] = (agentId, { sessions, bytes }) => {
    const before = held.get(agentId) ?? { sessions: 0, bytes: 0 };
    held.set(agentId, { sessions: before.sessions + sessions, bytes: before.bytes + bytes });
  };
  for (const { agent_id, count } of await store.all(listAgentsWithSessions, {})) add(agent_id, { sessions: count, bytes: 0 });

  const countConversations = async (after: string): Promise<string | null> => {
    const page = await store.all(pageConversationSizes, { after, limit: MOST_ROWS });
    const grown: { session_id: string; bytes: number; through_seq: number }[] = [];
    let left = MOST_ENTRIES;
    let last: string | null = page.length < MOST_ROWS ? null : (page.at(-1)?.session_id ?? null);
    for (const [index, size] of page.entries()) {
      if (left <= 0) {
        last = page[index - 1]?.session_id ?? after;
        break;
      }
      const { through, bytes, looked } = await measure(store, size, left);
      left -= looked;
      if (!remembers) unwritten.set(size.key, (unwritten.get(size.key) ?? 0) + bytes - (size.bytes ?? 0));
      if (looked > 0) grown.push({ session_id: size.session_id, bytes, through_seq: through });
      if (through >= size.entry_seq) add(size.agent_id, { sessions: 0, bytes });
      else last = page[index - 1]?.session_id ?? after;
    }
    if (remembers && grown.length > 0) {
      await store.transaction(async (tx) => {
        for (const row of grown) await tx.run(upsertSize, row);
      }, "upkeep");
    }
    return last;
  };
  const countTrash = async (after: string): Promise<string | null> => {
    const page = await store.all(pageTrashSizes, { after, limit: PAGE });
    for (const { agent_id, bytes } of page) {
      add(agent_id, { sessions: 0, bytes });
      inTrash.set(agent_id, (inTrash.get(agent_id) ?? 0) + bytes);
    }
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  };

  return {
    held,
    trash: inTrash,
    unwritten: (key) => unwritten.get(key) ?? 0,
    add,
    async step() {
      if (conversation !== null) conversation = await countConversations(conversation);
      else if (trash !== null) trash = await countTrash(trash);
      return conversation === null && trash === null;
    },
  };
}
