import { ContinuoError, isContinuoError, type ErrorCode } from "../../../domain/errors.ts";

type Meaning = readonly [ErrorCode, string];

/** SQLSTATE, or the class that its first two characters name, to what it means to whoever runs the gateway. */
const BY_STATE: Readonly<Record<string, Meaning>> = {
  "53100": ["STORE_FULL", "The disk of the PostgreSQL server is full."],
  "40001": ["STORE_BUSY", "Another transaction was in the way."],
  "40P01": ["STORE_BUSY", "Another transaction was in the way."],
  "55P03": ["STORE_BUSY", "Another transaction was in the way for too long."],
  "57014": ["STORE_BUSY", "The PostgreSQL server gave up on a statement that took too long."],
  "25006": ["STORE_UNREACHABLE", "The PostgreSQL server is read-only: a standby, or one that is being moved."],
  "42501": ["STORE_REFUSED", "The PostgreSQL user may not do what Continuo needs in this database."],
  "3D000": ["STORE_REFUSED", "The PostgreSQL server has no such database."],
};

const BY_CLASS: Readonly<Record<string, Meaning>> = {
  "08": ["STORE_UNREACHABLE", "The connection to the PostgreSQL server was lost."],
  "28": ["STORE_REFUSED", "The PostgreSQL server does not let this user in."],
  "53": ["STORE_UNREACHABLE", "The PostgreSQL server has no room for another connection."],
  "57": ["STORE_UNREACHABLE", "The PostgreSQL server is going down or coming up."],
  "58": ["STORE_FULL", "The PostgreSQL server reports an error of its disk."],
  XX: ["STORE_CORRUPT", "The PostgreSQL server reports damaged data."],
};

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What the driver says when the connection ends under it; such errors carry no SQLSTATE. */
const CONNECTION = /^(Connection terminated|Client has encountered a connection error|timeout expired|timeout exceeded when trying to connect|Query read timeout)|Client was closed|not queryable/;

function meaningOf(code: unknown, message: string): Meaning | undefined {
  if (typeof code === "string" && SQLSTATE.test(code) && !/^E[A-Z]{4}$/.test(code)) return BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)];
  // Errors of the network have names (ECONNREFUSED, ENOTFOUND), those of the driver only words.
  if (typeof code === "string" ? /^E[A-Z_]+$/.test(code) : CONNECTION.test(message)) return ["STORE_UNREACHABLE", "The PostgreSQL server cannot be reached."];
  return undefined;
}

/** What the PostgreSQL driver throws, as one of ours where we know what to tell; constraint errors pass unchanged. */
export function translatePostgresError(error: unknown): unknown {
  if (isContinuoError(error) || !(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  // Both names of a host were tried: each has an error of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as { code?: unknown } | undefined)?.code : undefined;
  const meaning = meaningOf(code ?? inner, error.message);
  return meaning === undefined ? error : new ContinuoError(meaning[0], meaning[1], { cause: error });
}
