import { hostPort } from "./endpoint.ts";

export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

const LARGEST = 64 * 1024;

/** GET on the gateway's own port; null when nobody answers within `timeoutMs`. */
export function probe(at: { readonly host: string; readonly port: number }, path: string, timeoutMs = 2000): Promise<ProbeAnswer | null> {
  // An import statement would evaluate every export of node:http, its WebSocket client too: 15 ms.
  const { get } = process.getBuiltinModule("node:http");
  return new Promise((resolve) => {
    const request = get(`http://${hostPort(at)}${path}`, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (body.length < LARGEST) body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", () => resolve(null));
    });
    request.on("error", () => resolve(null));
  });
}

/** Whether anything accepts connections where `url` (`ws://host:port`) points. */
export function isListening(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { connect } = process.getBuiltinModule("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host, port: port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port), timeout: timeoutMs });
    const settle = (listening: boolean) => () => {
      resolve(listening);
      socket.destroy();
    };
    socket.once("connect", settle(true)).once("timeout", settle(false)).on("error", settle(false));
  });
}
