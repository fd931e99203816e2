import type { Clock } from "../domain/clock.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Signal } from "../store/cluster.ts";
import type { Store } from "../store/store.ts";
import { dropSignals } from "../store/statements/drop-signals.ts";
import { findNewestSignal } from "../store/statements/find-newest-signal.ts";
import { insertSignal } from "../store/statements/insert-signal.ts";
import { listSignals } from "../store/statements/list-signals.ts";

/**
 * What gateways on one database tell each other. Nobody hears themselves. With nobody else there, nothing is written:
 * whoever comes has its own eyes for what was before.
 */
export interface Bus {
  /** Kept until everybody has heard it, also who was cut off at the moment; in the order of each speaker. */
  tell(kind: string, body: unknown): void;
  /** To whoever listens at the moment. Dropped when it is too long for that (some 7 kB). */
  whisper(kind: string, body: unknown): void;
  on(kind: string, hear: (body: unknown) => void): void;
  start(): Promise<void>;
  /** Looks for what a lost notification would have told; forgets what everybody has heard. */
  beat(): Promise<void>;
  /** Resolves when everything that was told is written. */
  flush(): Promise<void>;
}

export interface BusParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  readonly gateway: string;
  /** Whether anybody else is there. */
  hasOthers(): boolean;
}

interface Envelope {
  readonly from: string;
  readonly seq?: number;
  readonly body?: unknown;
}

/** PostgreSQL takes notifications of less than 8,000 bytes. */
const LONGEST_WHISPER = 7_500;
const PAGE = 200;
const KEPT_MS = 600_000;
/** A number that was given and is not there yet may belong to a transaction that is not committed; so long it is waited for. */
const GAP_MS = 10_000;
const NOTICE = "signals";

export function createBus(parts: BusParts): Bus {
  const { store, clock, log, gateway } = parts;
  const ears = new Map<string, (body: unknown) => void>();
  const inbox = createReader(parts, (kind, body) => ears.get(kind)?.(body));
  const { cluster } = store;
  let writing: Promise<void> = Promise.resolve();

  const send = (signal: Signal): void => {
    cluster?.signal(signal).catch((error: unknown) => log.debug({ err: error }, "the other gateways could not be told; they look for themselves"));
  };
  const write = async (kind: string, body: unknown): Promise<void> => {
    const [row] = await store.all(insertSignal, { at: clock.now(), gateway, kind, body: JSON.stringify(body) });
    if (row) send({ kind: NOTICE, body: { from: gateway, seq: row.seq } satisfies Envelope });
  };
  const hear = ({ kind, body }: Signal): void => {
    const { from, body: said } = body as Envelope;
    if (from === gateway) return;
    if (kind === NOTICE) inbox.look();
    else ears.get(kind)?.(said);
  };

  return {
    tell(kind, body) {
      if (cluster === null || !parts.hasOthers()) return;
      writing = writing.then(() => write(kind, body)).catch((error: unknown) => log.warn({ err: error, kind }, "the other gateways could not be told of something"));
    },
    whisper(kind, body) {
      if (cluster === null || !parts.hasOthers()) return;
      const envelope: Envelope = { from: gateway, body };
      if (Buffer.byteLength(JSON.stringify(envelope)) < LONGEST_WHISPER) send({ kind, body: envelope });
    },
    on: (kind, listener) => void ears.set(kind, listener),
    async start() {
      if (cluster === null) return;
      await inbox.begin();
      await cluster.listen(hear, inbox.look);
    },
    async beat() {
      if (cluster === null) return;
      inbox.look();
      await store.run(dropSignals, { before: clock.now() - KEPT_MS });
    },
    flush: () => writing,
  };
}

interface Reader {
  begin(): Promise<void>;
  /** Reads what is new, soon. */
  look(): void;
}

/** Reads the table on from where it has read; numbers that come late are waited for. */
function createReader({ store, clock, log, gateway }: BusParts, hear: (kind: string, body: unknown) => void): Reader {
  /** All up to here was read, or will never come. */
  let floor = 0;
  const seen = new Map<number, number>();
  let reading: Promise<void> | null = null;
  let again = false;

  const raiseFloor = (): void => {
    const old = clock.now() - GAP_MS;
    for (const [seq, at] of [...seen].toSorted(([a], [b]) => a - b)) {
      if (seq !== floor + 1 && at > old) return;
      floor = Math.max(floor, seq);
      seen.delete(seq);
    }
  };

  const read = async (): Promise<void> => {
    for (let after = floor; ; ) {
      const rows = await store.all(listSignals, { after, limit: PAGE });
      for (const row of rows) {
        if (seen.has(row.seq)) continue;
        seen.set(row.seq, clock.now());
        if (row.gateway !== gateway) hear(row.kind, JSON.parse(row.body));
      }
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) break;
      after = last.seq;
    }
    raiseFloor();
  };

  const look = (): void => {
    again = true;
    reading ??= (async () => {
      try {
        while (again) {
          again = false;
          await read();
        }
      } catch (error) {
        log.debug({ err: error }, "what other gateways told could not be read; it is read later");
      } finally {
        reading = null;
      }
    })();
  };

  return {
    async begin() {
      floor = (await store.get(findNewestSignal, {}))?.seq ?? 0;
    },
    look,
  };
}
