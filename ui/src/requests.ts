import type { Frame, WireError } from "./wire.ts";

/** The gateway said no. */
export class RequestFailed extends Error {
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** No answer will come: the socket is gone or was never there. Asking again later is right. */
export class ConnectionLost extends Error {}

/** What went wrong, and what helps against it. */
export function wordsOf(error: unknown): string {
  const cure = error instanceof RequestFailed ? error.wire.details?.cure : undefined;
  return [error instanceof Error ? error.message : String(error), cure].filter(Boolean).join(" ");
}

type Response = Extract<Frame, { type: "res" }>;

interface Waiting {
  resolve(payload: unknown): void;
  reject(error: Error): void;
}

/** What was asked over one socket and waits for its answer. */
export interface Requests {
  ask<Answer>(method: string, params: object): Promise<Answer>;
  onAnswer(answer: Response): void;
  /** No answer will come any more. */
  abandon(): void;
}

const ANSWER_MS = 30_000;

export function createRequests(send: (frame: object) => void): Requests {
  const waiting = new Map<string, Waiting>();
  let lastId = 0;
  return {
    ask<Answer>(method: string, params: object): Promise<Answer> {
      const id = String((lastId += 1));
      return new Promise<Answer>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new RequestFailed({ code: "UNAVAILABLE", message: "The gateway did not answer in time.", retryable: true }));
        }, ANSWER_MS);
        waiting.set(id, {
          resolve: (payload) => (clearTimeout(timer), resolve(payload as Answer)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        });
        send({ type: "req", id, method, params });
      });
    },
    onAnswer({ id, ok, payload, error }) {
      const asked = waiting.get(id);
      waiting.delete(id);
      if (ok) asked?.resolve(payload);
      else asked?.reject(new RequestFailed(error ?? { code: "UNAVAILABLE", message: "The gateway gave no reason." }));
    },
    abandon() {
      for (const { reject } of waiting.values()) reject(new ConnectionLost("The connection to the gateway was lost."));
      waiting.clear();
    },
  };
}
