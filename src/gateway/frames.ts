import type { WireError } from "./wire-errors.ts";

export interface RequestFrame {
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
}

/** What a client sent: a request, JSON that is none (with what it is to be answered), or no JSON at all. */
export type Incoming =
  | { readonly kind: "request"; readonly frame: RequestFrame }
  | { readonly kind: "invalid"; readonly id: string; readonly why: string }
  | { readonly kind: "garbage" };

/** The id of an answer to something that had none. */
export const NO_ID = "invalid";
const MAX_ID = 256;

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not JSON: the caller answers that, the parser's words would only repeat what was sent.
    return null;
  }
}

export function parseFrame(text: string): Incoming {
  const parsed = parseJson(text);
  if (parsed === null) return { kind: "garbage" };
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "invalid", id: NO_ID, why: "must be object" };
  }
  const { type, id, method, params } = value as Record<string, unknown>;
  if (typeof id !== "string" || id === "" || id.length > MAX_ID) return { kind: "invalid", id: NO_ID, why: "must have required property 'id'" };
  if (type !== "req") return { kind: "invalid", id, why: "at /type: must be equal to constant 'req'" };
  if (typeof method !== "string" || method === "") return { kind: "invalid", id, why: "must have required property 'method'" };
  return { kind: "request", frame: { id, method, params } };
}

export function encodeResult(id: string, payload: unknown): string {
  return `{"type":"res","id":${JSON.stringify(id)},"ok":true,"payload":${JSON.stringify(payload ?? {})}}`;
}

/** `payload` goes along where a method reports a failed run (spec 11.3, `agent`). */
export function encodeFailure(id: string, error: WireError, payload?: object): string {
  return JSON.stringify({ type: "res", id, ok: false, ...(payload === undefined ? {} : { payload }), error });
}

export function encodeEvent(event: string, payload: object): string {
  return `{"type":"event","event":${JSON.stringify(event)},"payload":${JSON.stringify(payload)}}`;
}

/** An event without its end, encoded once for all who get it; `withSeq` closes it for one connection. */
export function encodeOpenEvent(event: string, payload: object): Buffer {
  return Buffer.from(encodeEvent(event, payload).slice(0, -1), "utf8");
}

export function withSeq(open: Buffer, seq: number): Buffer {
  const tail = `,"seq":${seq}}`;
  const whole = Buffer.allocUnsafe(open.length + tail.length);
  open.copy(whole);
  whole.write(tail, open.length, "latin1");
  return whole;
}
