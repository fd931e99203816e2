import type { AutomationTables, ChangeTables, ClusterTables, MediaTables, RightsTables, SearchTables } from "./tables/house.ts";
import type { Defaulted } from "./tables/defaulted.ts";
import type { PeopleTables } from "./tables/people.ts";

/**
 * The schema as SQL sees it. Times are ms, booleans 0 or 1, JSON is text. Two keys are two columns:
 * the transport reference (channel, account, chat, thread, sender_id) is never rewritten, the session
 * key is where an item belongs and may be (docs/formats.md, "Tables").
 */
interface LineTables {
  sessions: SessionRow;
  conversations: Defaulted<ConversationRow, "entry_seq" | "message_count" | "amends" | "compactions">;
  entries: EntryRow;
  inbox: Defaulted<InboxRow, "seq" | "dropped">;
  turns: TurnRow;
  outbox: Defaulted<OutboxRow, "attempts" | "sent_parts" | "receipts" | "peer">;
  drops: Defaulted<DropRow, "notified">;
  cursors: CursorRow;
  events: Defaulted<EventRow, "seq">;
  participants: Defaulted<ParticipantRow, "explicit" | "messages" | "thread_key">;
  holds: HoldRow;
  overheard: Defaulted<OverheardRow, "seq" | "thread_key">;
  usage_days: UsageRow;
  setbacks: SetbackRow;
  rendered: RenderedRow;
  steps: StepRow;
  asides: AsideRow;
  read_marks: ReadMarkRow;
  private_chats: PrivateChatRow;
}

/** What was removed from the conversations, and what they weigh (docs/maintenance.md). */
interface TrashTables {
  trash: TrashRow;
  trash_parts: TrashPartRow;
  sizes: SizeRow;
}

type All = LineTables & PeopleTables & ChangeTables & ClusterTables & TrashTables & SearchTables & RightsTables & MediaTables & AutomationTables;

/** Every table by its name: a map, and no record. */
export type Tables = { [Name in keyof All]: All[Name] };

export type { AgreementRow, ApprovalRow, IdentityRow, PairingRow, PeerAliasRow, PersonRow, TryRow } from "./tables/people.ts";
export type { ErasurePartRow, ErasureRow, SealRow, ChangeRow, ChangeStepRow, InForceRow, JobRow, JobRunRow, KeyAliasRow, MovedEntryRow, GatewayRow, LeaseRow, MediaChunkRow, MediaRow, MediaUseRow, MoveRow, SearchStateRow, SignalRow, WorldRow } from "./tables/house.ts";

interface TransportColumns {
  channel: string;
  account: string;
  chat: string;
  thread: string | null;
}

interface SenderColumns {
  sender_id: string;
  sender_name: string | null;
  person: string | null;
  audience: string;
}

export interface SessionRow {
  key: string;
  agent_id: string;
  session_id: string;
  chat_kind: string;
  channel: string;
  display_name: string | null;
  label: string | null;
  audience: string;
  created_at: number;
  updated_at: number;
  interaction_at: number;
  model_override: string | null;
  model_last: string | null;
  /** JSON Address of the last external message; serves cron, announcements and docking, never replies (A9). */
  last_route: string | null;
  /** JSON Dock (domain/session.ts): where replies to its person go until undocked (A10). */
  dock: string | null;
  /** JSON QueueChoice (domain/queue.ts), as `/queue` set it. */
  queue: string | null;
  /** JSON SessionChoices (domain/session.ts): what its person set for it alone. */
  choices: string | null;
  /** Never removed by itself, and first in every list. */
  pinned_at: number | null;
  /** Left out of lists unless asked for; the next message takes it out again. */
  archived_at: number | null;
  /** When the current session id became current; null: when it began. The daily reset measures from here. */
  pointed_at: number | null;
}

export interface ConversationRow {
  session_id: string;
  key: string;
  began_at: number;
  began_reason: string;
  ended_at: number | null;
  ended_reason: string | null;
  entry_seq: number;
  /** The newest entry: parent of the next. */
  leaf_id: string | null;
  message_count: number;
  preview: string | null;
  /** JSON {input, output, total} of the last turn. */
  usage: string | null;
  /** How often something in it was changed or taken back by whoever said it: what was read before is stale. */
  amends: number;
  /** As its person called it with `/save`. */
  title: string | null;
  /** The session id that it was forked from. */
  forked_from: string | null;
  /** How often its beginning was made shorter for the model (spec 7.2), and when last. */
  compactions: number;
  compacted_at: number | null;
}

export interface EntryRow extends TransportColumns, SenderColumns {
  session_id: string;
  seq: number;
  id: string;
  session_key: string;
  parent_id: string | null;
  turn_id: string | null;
  role: string;
  text: string;
  at: number;
  model: string | null;
  /** JSON {usage, stopReason}. */
  meta: string | null;
  /** The platform's id of what a person said; null for replies. */
  message_id: string | null;
}

export interface InboxRow extends TransportColumns, SenderColumns {
  seq: number;
  id: string;
  run_id: string;
  agent_id: string;
  session_key: string;
  state: string;
  turn_id: string | null;
  message_id: string | null;
  accepted_at: number;
  /** JSON StoredMessage (rows.ts). */
  message: string;
  /** JSON RouteWhy. */
  why: string;
  /** Why it is not answered by itself (DropReason); while it waits, the next turn still has to write it down. */
  dropped: string | null;
}

export interface TurnRow extends TransportColumns {
  id: string;
  run_id: string;
  session_key: string;
  session_id: string;
  agent_id: string;
  state: string;
  attempt: number;
  holder: string;
  fence: number;
  lease_until: number;
  started_at: number;
  ended_at: number | null;
  audience: string;
  reply_to: string | null;
  draft: string | null;
  error: string | null;
}

export interface OutboxRow extends TransportColumns {
  id: string;
  turn_id: string | null;
  session_key: string;
  audience: string;
  reply_to: string | null;
  text: string;
  state: string;
  attempts: number;
  due_at: number;
  sent_parts: number;
  draft: string | null;
  /** JSON list of the platform's message ids. */
  receipts: string;
  error: string | null;
  created_at: number;
  settled_at: number | null;
  /** Who reads it in a private chat; empty in a room. */
  peer: string;
}

/** Why a message could not be taken by a turn, and how often that was tried. */
export interface SetbackRow {
  item_id: string;
  tries: number;
  error: string;
  at: number;
}

/** The parts of a reply as its first attempt rendered them: what is sent again is the same (law 2). */
export interface RenderedRow {
  delivery_id: string;
  /** JSON list of RenderedPart. */
  parts: string;
}

/** A change of what a session shows, which its person can undo (law 6). */
export interface StepRow {
  id: string;
  session_key: string;
  at: number;
  /** StepKind (domain/session.ts). */
  kind: string;
  from_session: string;
  to_session: string;
  /** Of a rewind: what names the entries that it set aside. Of a compaction: the summary's entry. */
  branch: string | null;
  undone_at: number | null;
}

/** An entry that is not on the path that models and readers are shown. */
export interface AsideRow {
  entry_id: string;
  /** What set it aside: a rewind, or an edit. */
  branch: string;
}

/** Where somebody speaks off the record; of what is said there is nothing here. */
export interface PrivateChatRow {
  channel: string;
  account: string;
  chat: string;
  /** The thread, or empty. */
  thread_key: string;
  session_key: string;
  audience: string;
  peer: string;
  /** The gateway in whose memory it is. */
  gateway: string;
  since: number;
}

/** How far somebody has read on one of their devices. */
export interface ReadMarkRow {
  session_key: string;
  /** As routing names the person. */
  who: string;
  /** A channel's chat, or a client's own id. */
  device: string;
  session_id: string;
  seq: number;
  at: number;
}

/** A delivery that waits, or waited, for the owner's word (law 5). */
export interface HoldRow {
  delivery_id: string;
  reason: string;
  since: number;
  released_at: number | null;
}

export interface DropRow {
  channel: string;
  account: string;
  chat: string;
  sender_id: string;
  sender_name: string | null;
  reason: string;
  count: number;
  first_at: number;
  last_at: number;
  notified: number;
}

export interface CursorRow {
  channel: string;
  account: string;
  name: string;
  value: string;
}

export interface EventRow {
  seq: number;
  at: number;
  kind: string;
  session_key: string | null;
  data: string;
}

/** Somebody who spoke in a session, from one place; counts what they said. */
export interface ParticipantRow extends TransportColumns {
  session_key: string;
  sender_id: string;
  sender_name: string | null;
  chat_kind: string;
  /** The session was named by the sender (an operator's client), not found by routing. */
  explicit: number;
  /** JSON Place of the last message. */
  place: string | null;
  messages: number;
  first_at: number;
  last_at: number;
  /** The marker planted with them, while the self-test runs. */
  canary: string | null;
  /** `thread`, or empty: part of the primary key. */
  thread_key: string;
  /** What they are answered in by the gateway itself: `en`, `zh`, and `en!`, `zh!` as they set it by hand; null until it is known. */
  language: string | null;
}

/** Said in a group while nobody named the agent: shown to it when somebody does (spec 1.5). */
export interface OverheardRow extends TransportColumns {
  seq: number;
  sender_id: string;
  sender_name: string | null;
  message_id: string | null;
  text: string;
  at: number;
  thread_key: string;
}

/** What somebody has used in a session on a day of UTC. */
export interface UsageRow {
  day: string;
  /** `owner`, `person:<name>` in lower case, or `<channel>:<sender id>`. */
  who: string;
  session_key: string;
  turns: number;
  tokens: number;
  /** In millionths of the currency that prices are given in. */
  cost: number;
  /** Messages that no model was asked about, because a limit was reached. */
  refused: number;
}

/** A session that was removed. */
export interface TrashRow {
  /** Grows: what was removed first comes first. */
  id: string;
  session_key: string;
  agent_id: string;
  reason: string;
  /** moving, kept, restoring, restored, purging. */
  state: string;
  /** When it was removed, or restored. */
  at: number;
  entries: number;
  /** How many parts it has had: the number of the next. */
  parts: number;
  /** Of its parts, as they are stored. */
  bytes: number;
  /** JSON of the row. */
  session: string;
}

export interface TrashPartRow {
  trash_id: string;
  number: number;
  /** conversation: JSON of its row. entries: JSON of the rows, packed. */
  kind: string;
  session_id: string;
  /** Of a conversation: entries of it are still to be moved. */
  open: number;
  content: string;
}

/** What the entries of a conversation weigh, up to one of them. */
export interface SizeRow {
  session_id: string;
  bytes: number;
  through_seq: number;
}
