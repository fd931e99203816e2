/** A store, and the rooms around it, without a clock or a model: every step is one that the test takes. */
import type { DropPolicy, QueueMode, QueuePolicy } from "../../../src/domain/queue.ts";
import { NO_BUDGETS } from "../../../src/domain/budget.ts";
import { createIds } from "../../../src/domain/ids.ts";
import type { InboundMessage } from "../../../src/domain/message.ts";
import type { Route } from "../../../src/domain/route.ts";
import { accept } from "../../../src/inbox/accept.ts";
import { limitQueue } from "../../../src/inbox/queue.ts";
import { compileAgents } from "../../../src/agent/settings.ts";
import { compileRouting, resolveRoute } from "../../../src/routing/index.ts";
import { readAfter } from "../../../src/sessions/transcript.ts";
import { findSession } from "../../../src/store/statements/find-session.ts";
import type { Store } from "../../../src/store/store.ts";
import type { InboxRow } from "../../../src/store/tables.ts";
import { claimTurn, type Claim, type ClaimedTurn } from "../../../src/turns/claim.ts";
import { commitTurn, endOf, handBack } from "../../../src/turns/commit.ts";
import { joinWaiting } from "../../../src/turns/join.ts";
import type { TurnResult } from "../../../src/domain/turn.ts";
import { message } from "../../line/harness.ts";
import type { Said } from "./model.ts";

export const LEASE_MS = 30_000;
const USAGE = { input: 1, output: 1, cacheRead: null, cacheWrite: null };

export interface House {
  readonly store: Store;
  /** Lets every lease run out. */
  sleep(): void;
  configure(session: number, policy: { mode: QueueMode; cap: number; drop: DropPolicy }): void;
  accept(session: number, said: Said): Promise<"accepted" | "duplicate">;
  claim(session: number, holder: string): Promise<Claim>;
  join(claimed: ClaimedTurn, holder: string): Promise<ClaimedTurn | null>;
  /** How it ended; throws STORE_FENCED where another holder has the turn. */
  end(claimed: ClaimedTurn, how: "answered" | "failed" | "stopped"): Promise<void>;
  handBack(claimed: ClaimedTurn): Promise<void>;
  rows(session: number): Promise<InboxRow[]>;
  /** The ids of what people said, as the transcript has them. */
  transcript(session: number): Promise<string[]>;
}

function resultOf(how: "answered" | "failed" | "stopped"): TurnResult {
  if (how === "answered") return { kind: "answered", text: "yes", model: "test/echo", usage: USAGE, stopReason: "stop" };
  return { kind: "aborted", text: how === "failed" ? "" : "ye", reason: how === "failed" ? "timeout" : "stop" };
}

/** A session is a room: several people speak there. */
function spoken(session: number, { id, who }: Said): InboundMessage {
  return { ...message(id, { chat: `-${session}`, kind: "group", sender: who, id: `m-${id}` }), sentAt: 1 };
}

export function openHouse(store: Store): House {
  let now = 1_000_000;
  const clock = { now: () => now };
  const ids = createIds(clock);
  const routing = compileRouting({});
  const policies = new Map<string, QueuePolicy>();
  const routeOf = (session: number): Route => resolveRoute(routing, spoken(session, { id: "x", who: "x", command: false }));
  const keyOf = (session: number): string => routeOf(session).sessionKey;
  let configured: QueuePolicy = { mode: "collect", debounceMs: 0, cap: 3, drop: "summarize" };
  const settings = {
    queue: () => configured,
    agents: () => compileAgents({}),
    resetPolicy: () => ({ mode: "none", atHour: 4, idleMinutes: 0 }) as const,
    concurrency: () => ({ total: Infinity, perPerson: Infinity, jobs: Infinity }),
    maxAttempts: () => 1_000,
    budgets: () => NO_BUDGETS,
    cost: () => null,
    audience: () => "owner",
    canReach: () => true,
    mayAnswer: () => true,
    canary: () => null,
  };
  const parts = (holder: string) => ({ store, ids, settings, tenure: { holder, leaseMs: LEASE_MS, heldUntil: async () => null, onBusy: () => undefined }, catchUp: () => false, tellOwner: async () => undefined });
  /** Each session has a policy of its own, as if it were the channel's. */
  const as = <T>(session: number, work: () => Promise<T>): Promise<T> => {
    configured = policies.get(keyOf(session)) ?? configured;
    return work();
  };
  return {
    store,
    sleep: () => void (now += LEASE_MS + 1),
    configure: (session, policy) => void policies.set(keyOf(session), { ...policy, debounceMs: 0 }),
    accept: (session, said) =>
      as(session, () =>
        store.transaction(async (tx) => {
          now++;
          const inbound = spoken(session, said);
          const command = said.command ? ({ name: "help", rest: "" } as const) : null;
          const accepted = await accept(tx, { message: inbound, route: resolveRoute(routing, inbound), command, state: "queued" }, ids, clock);
          if (accepted.kind === "accepted") await limitQueue({ settings, sayNow: async () => undefined }, tx, accepted.sessionKey, "telegram");
          return accepted.kind;
        }, keyOf(session)),
      ),
    claim: (session, holder) => as(session, () => store.transaction((tx) => claimTurn(parts(holder), tx, keyOf(session), now), keyOf(session))),
    join: async (claimed, holder) => (await joinWaiting(parts(holder), claimed))?.claimed ?? null,
    end: async (claimed, how) => void (await commitTurn(parts("any"), claimed, endOf(resultOf(how), "en"), null, now)),
    handBack: (claimed) => handBack(parts("any"), claimed),
    rows: (session) => store.all({ build: (db, p) => db.selectFrom("inbox").selectAll().where("session_key", "=", p("session_key")).orderBy("seq") }, { session_key: keyOf(session) }),
    async transcript(session) {
      const row = await store.get(findSession, { key: keyOf(session) });
      const entries = row ? await readAfter(store, row.session_id, 0, 10_000) : [];
      return entries.filter(({ role }) => role === "user").map(({ text }) => text);
    },
  };
}
