import { WebSocket } from "ws";
import type { Wire } from "./connections.ts";

/** A close frame carries at most 123 bytes of reason. */
const MAX_REASON_BYTES = 123;
/** A peer that does not answer our close is cut off after this. */
const CLOSE_GRACE_MS = 2_000;

/** What `ws` itself closes for, in words; it gives no reason of its own. */
const REASONS: Readonly<Record<number, string>> = {
  1002: "protocol error",
  1007: "text frames must be UTF-8",
  1009: "message too large",
};

/** A server's end of a WebSocket that says why when it refuses a frame. */
export class ClientSocket extends WebSocket {
  /** Told once, before the close frame of a frame that breaks the transport's rules goes out. */
  onRefusedFrame: ((code: number) => void) | null = null;

  override close(code?: number, data?: string | Buffer): void {
    const reason = code === undefined || data !== undefined ? undefined : REASONS[code];
    if (code !== undefined && reason !== undefined && this.readyState === WebSocket.OPEN) {
      const tell = this.onRefusedFrame;
      this.onRefusedFrame = null;
      tell?.(code);
    }
    super.close(code, data ?? reason);
  }
}

function cut(reason: string): string {
  const bytes = Buffer.from(reason, "utf8");
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  // A cut inside a character leaves a replacement character, which is dropped.
  return bytes.subarray(0, MAX_REASON_BYTES).toString("utf8").replace(/\uFFFD+$/, "");
}

export function wireOf(socket: ClientSocket): Wire {
  return {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data, { binary: false });
    },
    get open() {
      return socket.readyState === WebSocket.OPEN;
    },
    get buffered() {
      return socket.bufferedAmount;
    },
    close(code, reason) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.close(code, cut(reason));
      const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
      timer.unref();
      socket.once("close", () => clearTimeout(timer));
    },
  };
}
