import type { SentMessage } from "../servers/telegram-server.ts";
import type { Row } from "../store/database.ts";
import { marksOf } from "./scene.ts";
import { ROOMS, type Said } from "./talk.ts";
import type { Town } from "./town.ts";

/** What the store says after everything has settled, and what the chats of the platform show. */
export interface Evidence {
  readonly said: ReadonlyMap<string, Said>;
  readonly items: readonly Item[];
  readonly entries: readonly Entry[];
  readonly turns: ReadonlyMap<string, Turn>;
  readonly deliveries: readonly Delivery[];
  /** What each chat shows, by the label of its room. */
  readonly chats: ReadonlyMap<string, readonly Shown[]>;
  /** Rows that belong to nothing, or to what should have ended, in words. */
  readonly orphans: readonly string[];
}

export interface Item {
  readonly mark: string;
  readonly state: string;
  readonly sessionKey: string;
  readonly turnId: string | null;
}

export interface Entry {
  readonly role: string;
  readonly turnId: string | null;
  readonly marks: readonly string[];
}

export interface Turn {
  readonly id: string;
  readonly state: string;
}

export interface Delivery {
  readonly id: string;
  readonly turnId: string | null;
  readonly state: string;
  readonly chat: string;
  readonly account: string;
  readonly text: string;
  readonly error: string | null;
  readonly receipts: readonly string[];
}

/** A message as its readers see it now. */
export interface Shown {
  readonly messageId: string;
  readonly text: string;
  readonly marks: readonly string[];
}

function text(row: Row, column: string): string {
  return String(row[column]);
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : String(row[column]);
}

function shownIn(town: Town, bot: number, chat: number): Shown[] {
  const here = (message: SentMessage): boolean => message.chat === String(chat);
  const edited = new Map(town.bots[bot]?.edits().filter(here).map(({ messageId, text }) => [messageId, text]));
  const sent = town.bots[bot]?.sent().filter(here) ?? [];
  return sent.map(({ messageId, text }) => {
    const now = edited.get(messageId) ?? text;
    return { messageId, text: now, marks: marksOf(now) };
  });
}

/** What must not be there: each query answers a word for every such row. */
const ORPHANS: Readonly<Record<string, string>> = {
  "an item is claimed by no running turn": "select i.id as word from inbox i left join turns t on t.id = i.turn_id where i.state = 'claimed' and (t.id is null or t.state <> 'running')",
  "an item is done without a turn": "select i.id as word from inbox i left join turns t on t.id = i.turn_id where i.state = 'done' and t.id is null",
  "a turn still runs": "select id as word from turns where state = 'running'",
  "a turn has no items": "select t.id as word from turns t left join inbox i on i.turn_id = t.id where i.id is null",
  "an entry is in no conversation": "select e.id as word from entries e left join conversations c on c.session_id = e.session_id where c.session_id is null",
  "an entry names a turn that is not there": "select e.id as word from entries e left join turns t on t.id = e.turn_id where e.turn_id is not null and t.id is null",
  "a delivery names a turn that is not there": "select o.id as word from outbox o left join turns t on t.id = o.turn_id where o.turn_id is not null and t.id is null",
  "a hold has no delivery": "select h.delivery_id as word from holds h left join outbox o on o.id = h.delivery_id where o.id is null",
  "a session points to a conversation that is not there": "select s.key as word from sessions s left join conversations c on c.session_id = s.session_id where s.session_id is not null and c.session_id is null",
  "two entries have one place": "select session_id as word from entries group by session_id, seq having count(*) > 1",
};

export async function gather(town: Town, said: ReadonlyMap<string, Said>): Promise<Evidence> {
  const { rows } = town.archive;
  const items = await rows("select state, session_key, turn_id, message from inbox order by seq");
  const entries = await rows("select role, turn_id, text from entries where role in ('user', 'assistant') order by session_id, seq");
  const turns = await rows("select id, state from turns");
  const deliveries = await rows("select id, turn_id, state, account, chat, text, error, receipts from outbox order by id");
  const orphans = await Promise.all(Object.entries(ORPHANS).map(async ([what, sql]) => (await rows(sql)).map(({ word }) => `${what}: ${String(word)}`)));
  return {
    said,
    items: items.flatMap((row) => marksOf(text(row, "message")).slice(0, 1).map((mark) => ({ mark, state: text(row, "state"), sessionKey: text(row, "session_key"), turnId: textOrNull(row, "turn_id") }))),
    entries: entries.map((row) => ({ role: text(row, "role"), turnId: textOrNull(row, "turn_id"), marks: marksOf(text(row, "text")) })),
    turns: new Map(turns.map((row) => [text(row, "id"), { id: text(row, "id"), state: text(row, "state") }])),
    deliveries: deliveries.map((row) => ({
      ...{ id: text(row, "id"), turnId: textOrNull(row, "turn_id"), state: text(row, "state"), account: text(row, "account"), chat: text(row, "chat"), text: text(row, "text") },
      ...{ error: textOrNull(row, "error"), receipts: JSON.parse(text(row, "receipts")) as string[] },
    })),
    chats: new Map(ROOMS.flatMap((room) => (room.kind === "chat" ? [[room.label, shownIn(town, room.bot, room.chat)] as const] : []))),
    orphans: orphans.flat(),
  };
}
