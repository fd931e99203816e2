/** What a gateway with people in it answers; the test changes it, and reads what was asked of it. */
export interface PeopleAnswers {
  requests: readonly object[];
  held: readonly object[];
  waiting: object | null;
  changes: readonly object[];
  people: readonly object[];
  guests: readonly object[];
  svg: string;
  /** The answer to a change that was not approved; null applies it at once. */
  proposal: object | null;
  between: object;
  /** Every change that was asked for: the method and its parameters. */
  readonly asked: { readonly method: string; readonly params: Record<string, unknown> }[];
}

export function noPeople(): PeopleAnswers {
  return { requests: [], held: [], waiting: null, changes: [], people: [], guests: [], svg: "", proposal: null, between: { shares: false, paths: [], lines: [] }, asked: [] };
}

type Answer = (params: Record<string, unknown>) => unknown;

const PROPOSED = ["pairing.approve", "people.link", "people.unlink", "people.rename", "people.merge", "people.role"] as const;

/** Each method of the people with its canned answer. */
export function peopleMethods(answers: PeopleAnswers): readonly { readonly name: string; readonly scope: "read" | "admin"; readonly answer: Answer }[] {
  const plan = { id: "plan", cause: "people", mode: "repartition", settings: [], sessions: [], stays: 0, moves: 0, splits: 0, merges: 0, messages: 0, readers: [], lines: [] };
  const read = (name: string, answer: Answer) => ({ name, scope: "read" as const, answer });
  const write = (method: string, answer: Answer) => ({
    name: method,
    scope: "admin" as const,
    answer: (params: Record<string, unknown>) => {
      answers.asked.push({ method, params });
      return answer(params);
    },
  });
  const without = (list: readonly object[], field: string, value: unknown): readonly object[] => list.filter((entry) => (entry as Record<string, unknown>)[field] !== value);
  return [
    read("people.list", () => ({ people: answers.people, guests: answers.guests, total: answers.people.length, hasMore: false })),
    read("pairing.list", () => ({ requests: answers.requests })),
    read("outbox.list", () => ({ deliveries: answers.held })),
    read("changes.list", () => ({ waiting: answers.waiting, changes: answers.changes })),
    read("audience.map", () => ({ people: [], identities: [], sessions: [], memory: [], edges: [], svg: answers.svg })),
    read("audience.between", (params) => (answers.asked.push({ method: "audience.between", params }), answers.between)),
    ...PROPOSED.map((name) =>
      write(name, ({ approve, code }) => {
        if (approve !== true && answers.proposal !== null) return { applied: false, plan, ...answers.proposal };
        answers.requests = without(answers.requests, "code", code);
        return { applied: true, change: { id: "change-1" }, plan };
      }),
    ),
    write("pairing.reject", ({ code }) => ((answers.requests = without(answers.requests, "code", code)), { ok: true })),
    write("outbox.release", ({ id }) => ((answers.held = without(answers.held, "id", id)), { ok: true })),
    write("outbox.drop", ({ id }) => ((answers.held = without(answers.held, "id", id)), { ok: true })),
    write("changes.apply", () => {
      answers.waiting = null;
      answers.changes = [{ id: "change-2", cause: "config", state: "applied", at: 1_790_000_000_000, mode: "repartition", words: "1 conversation was split." }];
      return { applied: true, change: { id: "change-2" }, plan, sessions: 1, messages: 16 };
    }),
    write("changes.rollback", ({ id }) => ((answers.changes = []), { ok: true, applied: true, change: { id }, sessions: 1 })),
  ];
}
