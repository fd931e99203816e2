import type { Config } from "../../config/index.ts";

export type AuditedConfig =
  | { readonly kind: "valid"; readonly config: Config; readonly warnings: readonly string[] }
  /** Nothing is judged of it but its file; `message` is that of the CONFIG_* error. */
  | { readonly kind: "invalid"; readonly message: string; readonly cure: string };

export type FileKind = "state-dir" | "config" | "store" | "sessions-index" | "transcript" | "log" | "secret" | "credentials-dir";

/** A file or folder that is there. */
export interface AuditedFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly isFolder: boolean;
  /** Permission bits of what a link leads to; null where the system has none. */
  readonly mode: number | null;
  /** The path itself is a symbolic link. */
  readonly isSymlink: boolean;
}

export interface Human {
  readonly name: string | null;
  /** `telegram:42`. */
  readonly identity: string;
  readonly isOwner: boolean;
}

/** A session in which more than one human spoke. `scope` is what brought them there; `other`: nothing that was set did. */
export interface SharedSession {
  readonly key: string;
  readonly scope: "main" | "per-peer" | "group" | "other";
  readonly humans: readonly Human[];
}

/** Somebody whom `pairing approve` let in. */
export interface ApprovedSender {
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
  /** Approved with `--me`: an identity of the owner (spec A1). */
  readonly asOwner: boolean;
}

/** An identity that the store knows by a person's name, beside those of `session.identityLinks`. */
export interface StoredIdentity {
  readonly channel: string;
  /** Null: on every account of the channel. */
  readonly account: string | null;
  readonly peer: string;
  readonly person: string;
}

/** What the audit has to be told; `src/main/security.ts` looks at the files, the store is whoever has it open. */
export interface SecurityFacts {
  readonly stateDir: string;
  readonly configPath: string;
  readonly config: AuditedConfig;
  readonly files: readonly AuditedFile[];
  /** Transcripts that others may read beyond those in `files`. */
  readonly moreOpenTranscripts: number;
  /** The address that a running gateway listens on, which `--bind` may have chosen; null where none runs. */
  readonly listening: string | null;
  readonly sharedSessions: readonly SharedSession[];
  readonly approved: readonly ApprovedSender[];
  readonly identities: readonly StoredIdentity[];
}
