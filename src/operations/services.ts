import type { Agents } from "../agent/settings.ts";
import type { ModelInfo } from "../agent/providers/provider.ts";
import type { ChannelStatus } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Figures } from "../domain/figures.ts";
import type { Ids } from "../domain/ids.ts";
import type { Job, RunDelivery, RunStatus } from "../domain/job.ts";
import type { InboundMessage, ReceiveOutcome, Speaker, OfferedMedia } from "../domain/message.ts";
import type { Route, RouteWhy } from "../domain/route.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { ExplainSettings } from "../audit/why/settings.ts";
import type { MediaHealth } from "../media/index.ts";
import type { FilePeople, PeopleChange, PeopleDirectory } from "../people/index.ts";
import type { FileIdentity } from "../routing/people.ts";
import type { Rebuilt } from "../sessions/mirror/index.ts";
import type { ExportReport, ImportReport } from "../sessions/openclaw/index.ts";
import type { SessionCounts } from "../sessions/count.ts";
import type { MaintenanceSettings } from "../sessions/maintenance/index.ts";
import type { Plan } from "../sessions/repartition/index.ts";
import type { Certificate, Exported, SubjectAccount } from "../rights/index.ts";
import type { Head } from "../store/seals/chain.ts";
import type { LedgerReport } from "../store/seals/verify.ts";
import type { Compacted, CompactRequest } from "../turns/compact.ts";
import type { CanaryCount } from "../turns/canary.ts";
import type { Store } from "../store/store.ts";
import type { JobPatch, NewJob } from "./job-input.ts";

/** A move that has ended, in this process. */
export interface EndedMove {
  readonly id: string;
  readonly state: "done" | "failed";
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string; readonly cure: string };
}

export interface StorageStatus {
  readonly engine: "sqlite" | "postgres";
  /** A file, or an address without its password. */
  readonly location: string;
  readonly bytes: number | null;
  readonly schema: number;
  readonly gateways: readonly { readonly id: string; readonly version: string; readonly address: string; readonly startedAt: number }[];
  /** What this database is in a move: `moving` and `moved` from here, `ready` where it came from another one. */
  readonly move: { readonly id: string; readonly state: string; readonly peer: string; readonly at: number } | null;
  readonly last: EndedMove | null;
}

/** `switching`: everything is there, and the gateway restarts on it now; `store.status` says how that ended. */
export interface MoveAnswer {
  readonly id: string;
  readonly switching: boolean;
  readonly from: string;
  readonly to: string;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/** The database as a thing that can be moved. */
export interface StorageDesk {
  status(): Promise<StorageStatus>;
  /** `to`: the URL of a PostgreSQL database, or `sqlite`. Errors: STORE_OCCUPIED, STORE_SHARED, STORE_NEWER, MOVE_DIFFERS, those of the stores. */
  move(to: string): Promise<MoveAnswer>;
  cancel(): Promise<{ readonly cancelled: boolean }>;
}

/** Moving in and out, and the readable copies: all of it by files on the gateway's own machine. */
export interface MovingDesk {
  /** `from`: a state directory of OpenClaw, null for the gateway's own. Errors: REQUEST_INVALID, those of the store. */
  importOpenClaw(wish: { readonly from: string | null; readonly dryRun: boolean }): Promise<ImportReport>;
  /** One conversation from a file; `key` null: the session that it was. Errors: REQUEST_INVALID. */
  importSession(wish: { readonly path: string; readonly key: string | null }): Promise<ImportReport>;
  /** `to`: a directory, made where it is not there. Errors: STATE_OCCUPIED, REQUEST_INVALID, STATE_UNWRITABLE, STORE_FULL. */
  exportOpenClaw(wish: { readonly to: string; readonly force: boolean }): Promise<ExportReport>;
  /** Writes the readable copies of an agent's sessions anew, of all agents' for null. Errors: REQUEST_INVALID where there are none. */
  rebuildMirror(agentId: string | null): Promise<Rebuilt>;
}

export interface GatewayFacts {
  readonly version: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly sessions: SessionCounts;
  /** Null until the server listens, and when there is no gateway. */
  address(): { readonly host: string; readonly port: number } | null;
  readonly storage: StorageDesk;
  readonly moving: MovingDesk;
  /** What was last found of the files that came with messages; null before that, and when there is no gateway. */
  media?(): MediaHealth | null;
}

export interface ListedModel extends ModelInfo {
  readonly provider: string;
}

/** The configuration as the operations need it, always the newest. */
export interface OperationSettings {
  agents(): Agents;
  mainKey(): string;
  scope(): string;
  models(): readonly ListedModel[];
  /** The window of a `provider/model`, in tokens. */
  contextTokens(model: string): number;
  /** Where an operator's words go: aliases, bare keys and defaults resolved (spec 2.2). */
  keyOf(sessionKey: string | null, agentId: string | null): string;
  maintenance(): MaintenanceSettings;
  warnings(): readonly string[];
}

/** What runs in the sessions. */
export interface RunningTurns {
  abort(sessionKey: string, runId: string | null): Promise<readonly string[]>;
  running(): number;
  /** Wakes the worker for what was accepted without `receive`. */
  wake(sessionKey: string): void;
  compact(request: CompactRequest): Promise<Compacted>;
}

/** Tells those who look on, and those whom it concerns. */
export interface Announcements {
  /** A session changed by an operation. */
  sessionChanged(sessionKey: string, reason: string): void;
  /** These conversations were removed, or have come back. */
  conversationsMoved(conversations: readonly { readonly key: string; readonly sessionId: string }[]): void;
  /** Something may be due, or wait no longer. */
  deliveriesChanged(): void;
  /** Somebody was let in, linked or refused. */
  peopleChanged(reason: string): void;
  /** Somebody who was let in may write now. */
  welcome(channel: string, account: string, senderId: string, chat: string): Promise<void>;
}

/** What only a running gateway can do. */
export interface LiveGateway {
  receive(message: InboundMessage, offered?: readonly OfferedMedia[]): Promise<ReceiveOutcome>;
  readonly turns: RunningTurns;
  readonly tell: Announcements;
  /** How it does: its process, its rates, how long the stages of a message take. */
  figures(): Figures;
  channels(): readonly (ChannelStatus & { readonly name: string })[];
  onTurnEvent(listener: (event: TurnEvent) => void): () => void;
  route(message: InboundMessage): Route;
  /** Where the owner is known from the configuration: who `verify` may speak as. */
  ownedAccounts(): readonly Speaker[];
  /** What the continuous self-test has seen since the start; null while it is off. */
  canaries(): CanaryCount | null;
}

/** What is to be changed of who shares a conversation. */
export type Wish =
  /** The file as it lies there, where it waits for approval. */
  | { readonly kind: "file" }
  | { readonly kind: "edits"; readonly edits: readonly { readonly path: readonly [string, ...string[]]; readonly value?: unknown }[] }
  | { readonly kind: "people"; readonly change: PeopleChange };

export type ChangeMode = "repartition" | "fresh";

export interface AppliedChange {
  readonly applied: true;
  readonly change: { readonly id: string };
  readonly plan: Plan;
  readonly sessions: number;
  readonly messages: number;
}

export interface PlannedOnly {
  readonly applied: false;
  readonly plan: Plan;
}

export interface UndonePlan {
  readonly applied: boolean;
  readonly id: string;
  readonly plan: Plan;
  readonly sessions: number;
}

/** What whoever asks has agreed to. */
export interface Consent {
  readonly approve: boolean;
  /** Only looks. */
  readonly dryRun?: boolean | undefined;
  /** The plan that was looked at: another one is refused with CHANGE_STALE. */
  readonly planId?: string | undefined;
  readonly mode?: ChangeMode | undefined;
}

export interface ChangeLine {
  readonly id: string;
  readonly cause: string;
  readonly state: string;
  readonly mode: string;
  readonly at: number;
  readonly words: string;
}

/** Changes of who shares a conversation: looked at before, made whole, taken back (law 7). */
export interface ChangesDesk {
  /** Nothing is changed. */
  plan(wish: Wish, mode?: ChangeMode): Promise<Plan>;
  /**
   * Makes the change. Without `approve` one that shows somebody's words to somebody new, or moves conversations, is only
   * planned. Errors: CHANGE_STALE, those of the store.
   */
  apply(wish: Wish, consent: Consent): Promise<AppliedChange | PlannedOnly>;
  /**
   * Takes back the newest change, which has to be this one. Without `approve` only where nobody reads anything by it that
   * they cannot read now. Errors: CHANGE_UNKNOWN, CHANGE_NOT_LATEST, CHANGE_STALE.
   */
  rollback(id: string, consent: Consent): Promise<UndonePlan>;
  /** Where a message would go once who is who has changed so. */
  routeWith(change: PeopleChange, message: InboundMessage): Route;
  /** A change of the file that waits for the owner's word. */
  waiting(): { readonly at: number; readonly plan: Plan } | null;
  list(): Promise<readonly ChangeLine[]>;
}

/** `removed` by kind, `sessions` by session: hashed once it was done. */
export interface EraseAnswer {
  readonly applied: boolean;
  readonly removed: Readonly<Record<string, number>>;
  readonly sessions: Readonly<Record<string, number>>;
  readonly certificate: Certificate | null;
  /** Where the certificate is kept, on the gateway's machine. */
  readonly path: string | null;
  /** What is not the gateway's to change. */
  readonly left: readonly string[];
  /** Files that were made before and hold what was. */
  readonly backups: readonly string[];
}

export interface CheckAnswer {
  readonly ok: boolean;
  readonly who: string;
  readonly checked: { readonly rows: number; readonly tables: number; readonly files: number; readonly identities: number; readonly passages: number; readonly sentFiles: number; readonly shortTexts: number };
  readonly found: readonly { readonly what: "identity" | "text" | "file"; readonly where: string; readonly count: number }[];
}

/** What people may ask for of what is kept of them, and whether the ledger is what was written (docs/privacy.md). */
export interface RightsDesk {
  /** Writes to an empty or new directory on the gateway's machine. Errors: PEOPLE_UNKNOWN, REQUEST_INVALID. */
  export(name: string, to: string | null): Promise<Exported & { readonly path: string; readonly files: readonly string[] }>;
  /** Errors: PEOPLE_UNKNOWN, PEOPLE_IS_OWNER, CHANGE_BUSY; run again it goes on. */
  erase(wish: { readonly name: string; readonly dryRun: boolean; readonly owner: boolean }): Promise<EraseAnswer>;
  /** Whether anything that a certificate speaks of is there. Errors: REQUEST_INVALID. */
  check(certificate: unknown): Promise<CheckAnswer>;
  /** `noted`: an end of the chain that was written down. */
  verifyLedger(noted: Head | null): Promise<LedgerReport>;
  /** Where the chain ends, and what waits for its seal. Times in ms. */
  ledger(): Promise<{ readonly head: Head; readonly unsealed: number; readonly oldestAt: number | null }>;
}

/** Who is who: the people tables, and what the file says of them. */
export interface PeopleDesk {
  readonly directory: PeopleDirectory;
  /** Every account that the file links. */
  file(): readonly FileIdentity[];
  /** The same as the people room asks it. */
  filePeople(): FilePeople;
  /** A name as the file spells it, or else the table; null where nobody is called so. */
  spell(name: string): string | null;
  isOwner(nameKey: string): boolean;
  /** Accounts that the file says are the owner's, without a name. */
  owned(): readonly SubjectAccount[];
  whoIs(channel: string, account: string, peer: string): RouteWhy["sender"];
  /** The account that a channel's messages come in by where none is named. */
  defaultAccount(channel: string): string;
  readonly rights: RightsDesk;
}

/** Something that happened to a job, for clients (spec 11.4, `cron`). */
export interface JobEvent {
  readonly action: "added" | "updated" | "removed" | "started" | "finished";
  readonly jobId: string;
  readonly runId?: string;
  readonly dueAtMs?: number;
  readonly sessionKey?: string;
  readonly status?: RunStatus;
  readonly deliveryStatus?: RunDelivery;
}

/** A run as it is listed. */
export interface ListedRun {
  readonly id: string;
  readonly jobId: string;
  readonly kind: "due" | "retry" | "manual";
  readonly dueAtMs: number;
  readonly runAtMs: number;
  readonly endedAtMs?: number;
  readonly durationMs?: number;
  readonly status: RunStatus | "running";
  readonly error?: string;
  readonly summary?: string;
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly delivered: boolean;
  readonly deliveryStatus: RunDelivery;
}

export interface RunsWanted {
  /** Null: of all jobs. */
  readonly id: string | null;
  readonly limit: number;
  readonly offset: number;
}

export type RunAnswer =
  | { readonly ran: true; readonly runId: string; readonly sessionKey?: string }
  | { readonly ran: false; readonly reason: "already-running" | "not-due" };

/** What is done at times that somebody set (docs/cron.md). Errors: JOB_UNKNOWN, JOB_BUSY, JOB_TARGET_MISSING, REQUEST_INVALID. */
export interface JobsDesk {
  list(): Promise<readonly Job[]>;
  /** When something is due next. */
  nextAt(): Promise<number | null>;
  /** False: nothing is fired. */
  isOn(): boolean;
  add(wanted: NewJob): Promise<Job>;
  update(id: string, patch: JobPatch): Promise<Job>;
  remove(id: string): Promise<boolean>;
  run(id: string, mode: "due" | "force"): Promise<RunAnswer>;
  runs(wanted: RunsWanted): Promise<readonly ListedRun[]>;
  /** Tells the main session of the default agent of something. */
  wake(mode: "now" | "next-heartbeat", text: string): Promise<void>;
}

/** What the operations work with. `live` is null when a command looks at the state without a gateway. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly facts: GatewayFacts;
  readonly settings: OperationSettings;
  readonly people: PeopleDesk;
  readonly changes: ChangesDesk;
  readonly jobs: JobsDesk;
  /** How a message would be taken, for explanations. */
  readonly explain: ExplainSettings;
  readonly live: LiveGateway | null;
}
