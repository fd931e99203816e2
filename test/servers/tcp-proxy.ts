/**
 * Bad weather on a connection: what a gateway and somebody it talks to have between them, on loopback.
 * What was swallowed while it was bad never comes: such a connection is reset when the weather clears.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export type Weather =
  | { readonly kind: "clear" }
  /** Nobody listens there: new connections are refused. Those that are there go on. */
  | { readonly kind: "refuse" }
  /** Everything arrives, this much later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Half-open: both ends believe in the connection, and nothing comes through. */
  | { readonly kind: "silent" }
  /** What is asked arrives, and no answer comes back. */
  | { readonly kind: "mute" };

export interface TcpProxy {
  readonly port: number;
  set(weather: Weather): void;
  /** Breaks every connection that is there. */
  reset(): void;
  /** Closes them in order. */
  drop(): void;
  close(): Promise<void>;
}

interface Relay {
  readonly near: Socket;
  readonly far: Socket;
  /** What was begun to be swallowed, and therefore never comes any more. */
  torn: "nothing" | "answers" | "everything";
}

interface Sky {
  weather: Weather;
}

/** Hands on what comes, in order, after the delay that holds when it comes. */
function hand(from: Socket, to: Socket, delayMs: () => number, swallows: () => boolean): void {
  const waiting: { readonly at: number; readonly data: Buffer | null }[] = [];
  let timer: NodeJS.Timeout | null = null;
  let last = 0;
  const pump = (): void => {
    timer = null;
    for (let head = waiting[0]; head; head = waiting[0]) {
      const left = head.at - performance.now();
      if (left > 0) return void (timer = setTimeout(pump, left));
      waiting.shift();
      if (head.data === null) to.end();
      else to.write(head.data);
    }
  };
  const add = (data: Buffer | null): void => {
    if (swallows()) return;
    last = Math.max(last, performance.now() + delayMs());
    waiting.push({ at: last, data });
    if (timer === null) pump();
  };
  from.on("data", add);
  from.on("end", () => add(null));
  from.on("close", () => {
    if (timer !== null) clearTimeout(timer);
    to.destroy();
  });
  // What became of it is seen at the other end.
  from.on("error", () => undefined);
}

function join(near: Socket, port: number, sky: Sky, relays: Set<Relay>): void {
  near.setNoDelay(true);
  const far = connect({ port, host: "127.0.0.1", noDelay: true });
  const relay: Relay = { near, far, torn: "nothing" };
  relays.add(relay);
  const tear = (): Relay["torn"] => {
    if (sky.weather.kind === "silent") relay.torn = "everything";
    else if (sky.weather.kind === "mute" && relay.torn === "nothing") relay.torn = "answers";
    return relay.torn;
  };
  const delayMs = (): number => (sky.weather.kind === "delay" ? sky.weather.ms : 0);
  hand(near, far, delayMs, () => tear() === "everything");
  hand(far, near, delayMs, () => tear() !== "nothing");
  near.on("close", () => relays.delete(relay));
}

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const sky: Sky = { weather: { kind: "clear" } };
  const relays = new Set<Relay>();
  const open = (at: number): Server => createServer({ allowHalfOpen: true, noDelay: true }, (near) => join(near, port, sky, relays)).listen(at, "127.0.0.1");
  let server: Server | null = open(0);
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  const listenOrNot = (): void => {
    if (sky.weather.kind !== "refuse") return void (server ??= open(own));
    server?.close();
    server = null;
  };
  const each = (which: (relay: Relay) => boolean, act: (socket: Socket) => void): void => {
    for (const relay of [...relays].filter(which)) for (const socket of [relay.near, relay.far]) act(socket);
  };
  return {
    port: own,
    set(weather) {
      sky.weather = weather;
      listenOrNot();
      if (weather.kind === "clear") each(({ torn }) => torn !== "nothing", (socket) => socket.resetAndDestroy());
    },
    reset: () => each(() => true, (socket) => socket.resetAndDestroy()),
    drop: () => each(() => true, (socket) => socket.end()),
    async close() {
      each(() => true, (socket) => socket.destroy());
      const closing = server;
      server = null;
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
  };
}
