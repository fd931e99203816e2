import type { Trouble } from "./found.ts";

/** What became of one session. */
export interface ImportedSession {
  readonly key: string;
  readonly sessionId: string;
  readonly source: string | null;
  readonly entries: number;
  readonly asides: number;
  /** `new`, `grown`, `there`, `parted`: as far as this run goes; in a dry run, what it would be. */
  readonly outcome: "new" | "grown" | "there" | "parted";
  readonly isCurrent: boolean;
  /** Of its entries: equal on both sides. */
  readonly sha256: string;
}

export interface Totals {
  readonly agents: number;
  readonly sessions: number;
  readonly conversations: number;
  readonly entries: number;
  readonly asides: number;
  /** Conversations that were added, or would be. */
  readonly added: number;
  readonly addedEntries: number;
  readonly there: number;
  readonly parted: number;
}

/** Somebody whom the source links or let in, and the command that says so here. */
export interface ProposedPerson {
  readonly identity: string;
  readonly name: string | null;
  /** Where it stands: `identityLinks`, or a file of `credentials/`. */
  readonly from: string;
  /** `file`: the configuration that both read says it. `done`: it was linked now, or had been. */
  readonly state: "proposed" | "file" | "done" | "refused";
  readonly command: string;
  readonly why: string | null;
}

export interface ConfigNote {
  /** `same`: it is the file that Continuo reads. `copied`, `would-copy`, `none`, `differs`, `unreadable`. */
  readonly state: "same" | "copied" | "would-copy" | "none" | "differs" | "unreadable";
  readonly path: string | null;
  /** Settings that stand otherwise in the file in use; names alone, never values. */
  readonly differing: readonly string[];
}

export interface NotMapped {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

export interface ImportReport {
  readonly from: string;
  readonly dryRun: boolean;
  readonly totals: Totals;
  readonly sessions: readonly ImportedSession[];
  readonly people: readonly ProposedPerson[];
  readonly config: ConfigNote;
  readonly notMapped: readonly NotMapped[];
  /** Left out where the source has none. */
  readonly jobs?: { readonly added: number; readonly there: number };
  readonly troubles: readonly Trouble[];
  /** Of those, and of the sessions, more than are listed here. */
  readonly moreTroubles: number;
  readonly moreSessions: number;
}
