/**
 * Every error that can reach a person, a client or a log, in one table. A code is never reused.
 * `retry` says whether the same thing may succeed later without anybody changing anything.
 */
const TABLE = {
  CONFIG_UNREADABLE: { retry: false, cure: "Check the path and its permissions." },
  CONFIG_SYNTAX: { retry: false, cure: "Correct the named line; the file is JSON5 (comments and trailing commas are fine)." },
  CONFIG_INVALID: { retry: false, cure: "Correct the named settings; `continuo config schema` prints what is allowed." },
  CONFIG_ENV_MISSING: { retry: false, cure: "Set the variable before the gateway starts, or take it out of the file." },
  STATE_UNWRITABLE: { retry: false, cure: "Make the directory writable for this user, or set OPENCLAW_STATE_DIR." },
  STATE_LOCKED: { retry: false, cure: "Stop the other gateway (`continuo gateway stop`) or use another OPENCLAW_STATE_DIR." },
  STORE_CORRUPT: { retry: false, cure: "Nothing was overwritten. Stop the gateway and run `continuo doctor --repair`, or restore a backup with `continuo restore`." },
  STORE_NEWER: { retry: false, cure: "Start the version of Continuo that wrote it, or a newer one." },
  STORE_FULL: { retry: true, cure: "Free space on the disk that holds the state directory." },
  STORE_BUSY: { retry: true, cure: "Let the other program finish that has the database open for writing; Continuo waits for it." },
  STORE_UNREACHABLE: { retry: true, cure: "Check that the PostgreSQL server of store.url runs; Continuo waits for it." },
  STORE_REFUSED: { retry: false, cure: "Check user, password and database name in store.url, and that the user may create tables there." },
  STORE_FENCED: { retry: false, cure: "Another worker has taken the turn over; nothing needs to be done." },
  STORE_MOVED: { retry: false, cure: "Set store.url to the database that the message names. To go on with this one all the same: `continuo store move --cancel`." },
  STORE_OCCUPIED: { retry: false, cure: "Name an empty database; nothing in this one was changed." },
  STORE_SHARED: { retry: false, cure: "Stop the other gateways on this database first: `continuo store status` lists them." },
  MOVE_DIFFERS: { retry: true, cure: "The gateway goes on with the database it has. Run the same `continuo store move` again; should it happen again, please report it." },
  BACKUP_DAMAGED: { retry: false, cure: "Use another backup; `continuo verify FILE` says of each whether it is whole." },
  BACKUP_EXISTS: { retry: false, cure: "Choose another name with --to; a file that is there is never written over." },
  STATE_OCCUPIED: { retry: false, cure: "Restore into another directory with --to, or say --force: what is there is moved aside, not deleted." },
  GATEWAY_PORT_TAKEN: { retry: false, cure: "Choose another port with --port or gateway.port, or stop what listens there." },
  GATEWAY_BIND_REFUSED: { retry: false, cure: "Set gateway.auth.token before binding beyond loopback." },
  GATEWAY_UNREACHABLE: { retry: true, cure: "Start it with `continuo gateway start`." },
  GATEWAY_UNAUTHORIZED: { retry: false, cure: "Use the token of gateway.auth.token, or set OPENCLAW_GATEWAY_TOKEN." },
  GATEWAY_TIMEOUT: { retry: true, cure: "Try again; `continuo gateway status` says whether the gateway answers." },
  REQUEST_INVALID: { retry: false, cure: "Correct the named parameter." },
  REQUEST_FORBIDDEN: { retry: false, cure: "Connect with the scope that the message names." },
  TRASH_UNKNOWN: { retry: false, cure: "List what can be restored with `continuo sessions trash`." },
  SESSION_NOT_FOUND: { retry: false, cure: "List what there is with `continuo sessions`." },
  SESSION_BUSY: { retry: true, cure: "Wait until the answer is there, or stop it with /stop." },
  STEP_UNKNOWN: { retry: false, cure: "Earlier conversations are in the list: `continuo sessions show KEY`, or /sessions in the chat." },
  SESSION_SEND_DENIED: { retry: false, cure: "Say /send on there, or change session.sendPolicy." },
  SESSION_KEY_INVALID: { retry: false, cure: "Use a key as `continuo sessions` prints it." },
  AGENT_UNKNOWN: { retry: false, cure: "Add the agent to agents.list, or name one that is there." },
  MEDIA_GONE: { retry: true, cure: "Send the message again." },
  MEDIA_TOO_LARGE: { retry: false, cure: "Send a smaller file, or raise messages.media.maxBytes." },
  MESSAGE_TOO_LARGE: { retry: false, cure: "Send it in smaller parts." },
  MODEL_UNKNOWN: { retry: false, cure: "Name a model as provider/model; `continuo doctor` lists the configured ones." },
  MODEL_KEY_MISSING: { retry: false, cure: "Set models.providers.<id>.apiKey or the provider's environment variable." },
  MODEL_REJECTED: { retry: false, cure: "The provider refused the request; the log has its words." },
  MODEL_UNAVAILABLE: { retry: true, cure: "Try again in a moment, or configure agents.defaults.model.fallbacks." },
  MODEL_TIMEOUT: { retry: true, cure: "Try again, or raise agents.defaults.timeoutSeconds." },
  INBOX_UNREADABLE: { retry: false, cure: "Send the message again." },
  TURN_ABORTED: { retry: false, cure: "Send the message again to run it." },
  TURN_GAVE_UP: { retry: false, cure: "The log says what ended each attempt; send the message again to run it." },
  TURN_LIMIT_REACHED: { retry: true, cure: "Write again then, or ask the owner to raise the limit." },
  JOB_UNKNOWN: { retry: false, cure: "List the jobs with `continuo cron list`." },
  JOB_TARGET_MISSING: { retry: false, cure: "Set delivery.channel explicitly (`--channel telegram --to 42`), or deliver nothing (`--no-deliver`)." },
  JOB_BUSY: { retry: true, cure: "Try again in a moment: others are changing the same job." },
  CHANNEL_UNKNOWN: { retry: false, cure: "Enable the channel in the configuration." },
  CHANNEL_REJECTED: { retry: false, cure: "The platform refused it; the delivery keeps its words." },
  CHANNEL_UNAVAILABLE: { retry: true, cure: "Continuo tries again by itself." },
  CHANNEL_UNCERTAIN: { retry: false, cure: "Look into the chat; with outbox.onUnknown \"resend\" such a reply is sent again." },
  CHANNEL_UNAUTHORIZED: { retry: false, cure: "Check the channel's token in the configuration." },
  PEOPLE_UNKNOWN: { retry: false, cure: "List who there is with `continuo people list`." },
  PEOPLE_NAME_TAKEN: { retry: false, cure: "Choose another name, or join the two with `continuo people merge`." },
  PEOPLE_IN_FILE: { retry: false, cure: "Change session.identityLinks in the configuration file: what stands there wins." },
  PEOPLE_IS_OWNER: { retry: false, cure: "Say so: add --owner (`owner: true`)." },
  PAIRING_UNKNOWN: { retry: false, cure: "List the requests with `continuo pairing list`; a code is good for one hour." },
  CHANGE_NEEDS_APPROVAL: { retry: false, cure: "Look at the plan, then say yes: --yes, or `approve: true`." },
  CHANGE_BUSY: { retry: true, cure: "Try again in a moment, or stop them with /stop." },
  CHANGE_STALE: { retry: true, cure: "Look at the plan again: something has changed meanwhile." },
  CHANGE_UNKNOWN: { retry: false, cure: "List the changes with `continuo changes`." },
  CHANGE_NOT_LATEST: { retry: false, cure: "Take back the later changes first, newest first." },
  WALL_BREACHED: { retry: false, cure: "Nothing was sent. Please report it with the lines around it in the log." },
  DELIVERY_UNKNOWN: { retry: false, cure: "List what waits with `continuo outbox list`." },
  OUTBOX_GAVE_UP: { retry: false, cure: "Check the channel with `continuo status`." },
  RUNTIME_MISSING: { retry: false, cure: "Run `npm install` again, or install Node 24 or newer." },
  INTERNAL: { retry: false, cure: "Please report it with the lines around it in the log." },
} as const;

export type ErrorCode = keyof typeof TABLE;

export const ERROR_CODES = Object.keys(TABLE) as readonly ErrorCode[];

export interface ErrorDetails {
  /** Machine-readable context: ids, paths, limits. Never a secret. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error that says what happened, to what, and what to do. `message` is safe to show to anybody. */
export class ContinuoError extends Error {
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ContinuoError";
    this.code = code;
    this.fields = details.fields ?? {};
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  /** What to do: as whoever threw it knows, or what the table has for its code. */
  get cure(): string {
    const { cure } = this.fields;
    return typeof cure === "string" ? cure : TABLE[this.code].cure;
  }

  get retryable(): boolean {
    return TABLE[this.code].retry;
  }
}

export function isContinuoError(error: unknown): error is ContinuoError {
  return error instanceof ContinuoError;
}

/** Anything thrown, as one of ours; the original stays as the cause, for the log alone. */
export function toContinuoError(error: unknown): ContinuoError {
  if (isContinuoError(error)) return error;
  return new ContinuoError("INTERNAL", "Something went wrong inside Continuo.", { cause: error });
}
