import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PostgresServerOptions {
  /** Every commit reaches the disk, as in production. Without it that is so only where it costs nothing: in memory. */
  readonly durable?: boolean;
}

/** A real PostgreSQL server of its own, on a free port of 127.0.0.1. */
export interface PostgresServer {
  /** Of the database `postgres`, with an ordinary user who may create databases. */
  readonly url: string;
  /** Ends it as a crash would: nobody is told, nothing is written down. SIGQUIT is its own immediate shutdown. */
  crash(signal?: "SIGQUIT" | "SIGKILL"): Promise<void>;
  /** Starts it again after a crash, where it was. */
  restart(): Promise<void>;
  /** Ends it and removes all that it kept. It also ends when this process does, however that happens. */
  stop(): Promise<void>;
}

/** What the keeper says, a line each. */
export type Told = { readonly url: string } | { readonly done: string } | { readonly error: string; readonly missing?: boolean };

/** There is no PostgreSQL for this platform. */
export class NoPostgres extends Error {}

const KEEPER = fileURLToPath(new URL("postgres-keeper.ts", import.meta.url));

interface Conversation {
  next(): Promise<Told>;
}

function conversationWith(child: ChildProcess): Conversation {
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("The keeper of the PostgreSQL server ended without a word.");
      const told = JSON.parse(value) as Told;
      if ("error" in told) throw told.missing === true ? new NoPostgres(told.error) : new Error(told.error);
      return told;
    },
  };
}

/** Starts one within a second. Rejects with NoPostgres where none is installed for the platform. */
export async function startPostgresServer({ durable = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
  // In a group of its own: an interrupt at the terminal reaches the tests first, and it when they are gone.
  const child = spawn(process.execPath, [KEEPER, JSON.stringify({ durable })], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const ended = once(child, "exit");
  ended.catch(() => undefined);
  const conversation = conversationWith(child);
  const first = await conversation.next();
  const url = "url" in first ? first.url : "";
  const hold = (held: boolean): void => {
    for (const one of [child, child.stdin, child.stdout] as unknown as { ref(): void; unref(): void }[]) one[held ? "ref" : "unref"]();
  };
  const ask = async (what: "crash" | "kill" | "restart"): Promise<void> => {
    hold(true);
    child.stdin?.write(`${what}\n`);
    await conversation.next();
    hold(false);
  };
  // It keeps no test process from its end.
  hold(false);
  return {
    url,
    crash: (signal = "SIGQUIT") => ask(signal === "SIGKILL" ? "kill" : "crash"),
    restart: () => ask("restart"),
    async stop() {
      hold(true);
      child.stdin?.end();
      await ended;
    },
  };
}
