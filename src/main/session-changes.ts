import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChannelLog } from "../domain/channel.ts";
import type { StepKind } from "../domain/session.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Gateway, SessionChange } from "../gateway/index.ts";
import { sessionRow, type Services } from "../operations/index.ts";
import { toSession } from "../store/rows.ts";
import { describeSession } from "../store/statements/describe-session.ts";

export interface SessionChanges {
  onTurnEvent(event: TurnEvent): void;
  changed(sessionKey: string, reason: string): void;
}

/** Rows are read at most this often for one session: a burst of turns is one change to whoever looks on. */
const QUIET_MS = 100;
/** Rows that are read before others are let in: the store may answer at once. */
const ROWS_AT_ONCE = 10;

/** After these a session shows other words than before. */
const STEPS: ReadonlySet<string> = new Set(["new", "reset", "clear", "resumed", "forked", "rewound", "undone"] satisfies StepKind[]);

const PHASES: Readonly<Record<TurnEvent["kind"], "start" | "end" | "error" | null>> = {
  started: "start",
  delta: null,
  held: null,
  joined: null,
  committed: "end",
  aborted: "end",
  failed: "error",
};

/** Tells the clients that look at the list of sessions what became of a row (spec 11.4). */
export function tellSessionChanges(services: Services, gateway: Gateway, log: ChannelLog): SessionChanges {
  const waiting = new Map<string, SessionChange>();
  let timer: NodeJS.Timeout | null = null;

  const tell = async (key: string, change: SessionChange): Promise<void> => {
    const row = await services.store.get(describeSession, { key });
    // Nobody is there any more under this key: a change of who shares what has taken them elsewhere.
    if (row === undefined) gateway.onSessionChanged(key, { reason: "delete" }, {});
    else gateway.onSessionChanged(key, change, sessionRow(services, toSession(row)));
  };

  const flush = async (): Promise<void> => {
    timer = null;
    const changes = [...waiting];
    waiting.clear();
    for (const [index, [key, change]] of changes.entries()) {
      await tell(key, change);
      if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTurn();
    }
  };

  const mark = (key: string, change: SessionChange): void => {
    if (gateway.connections() === 0) return;
    waiting.set(key, change);
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) => log.warn({ err: error }, "a session's change could not be told"));
    }, QUIET_MS).unref();
  };

  return {
    onTurnEvent(event) {
      const phase = PHASES[event.kind];
      if (phase !== null) mark(event.sessionKey, { phase, runId: event.runIds[0] });
    },
    changed: (key, reason) => mark(key, { reason: STEPS.has(reason) ? "reset" : reason === "compact" ? "compact" : "patch" }),
  };
}
