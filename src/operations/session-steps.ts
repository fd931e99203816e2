import type { StepKind } from "../domain/session.ts";
import { appendHouseLine } from "../sessions/house-line.ts";
import type { Stepped } from "../sessions/steps.ts";
import type { Executor } from "../store/store.ts";
import { requireSession } from "./session-find.ts";
import type { Services } from "./services.ts";

/** What whoever reads the conversation is told of a step that its operator took (law 6). */
const LINES: Readonly<Partial<Record<StepKind, string>>> = {
  new: "New conversation, begun by the operator. The earlier one is kept and can be resumed; /undo brings it back.",
  reset: "New conversation, begun by the operator. The earlier one is kept and can be resumed; /undo brings it back.",
  clear: "The conversation was cleared by the operator. What was said is kept and can be resumed; /undo brings it back.",
  resumed: "Earlier conversation resumed by the operator.",
  forked: "A copy of the earlier conversation, made by the operator: what is said here leaves that one as it is.",
  rewound: "What was said last was set aside by the operator; /undo brings it back.",
  undone: "The last change was taken back by the operator.",
};

interface Step<Result extends Stepped | null> {
  readonly typed: string;
  readonly agentId?: string | null | undefined;
  /** Runs in a transaction of the session. */
  take(tx: Executor, key: string, now: number): Promise<Result>;
}

/** Takes a step in a session that somebody named, tells whoever reads it there, and whoever looks on. */
export async function takeStep<Result extends Stepped | null>(services: Services, { typed, agentId, take }: Step<Result>): Promise<Result> {
  const { key } = await requireSession(services, typed, agentId ?? null);
  const now = services.clock.now();
  const stepped = await services.store.transaction(async (tx) => {
    const result = await take(tx, key, now);
    const line = result === null || (result.from === result.to && result.moved === 0) ? undefined : LINES[result.kind];
    if (line !== undefined) await appendHouseLine(tx, key, line, services.ids, now);
    return result;
  }, key);
  if (stepped !== null) services.live?.tell.sessionChanged(key, stepped.kind);
  return stepped;
}
