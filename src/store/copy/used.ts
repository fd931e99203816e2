import { ContinuoError } from "../../domain/errors.ts";
import { quoted, type SqlPort } from "./sql-port.ts";

/** Tables that hold something as soon as anybody has said something. */
const SPOKEN: readonly string[] = ["sessions", "conversations", "entries", "inbox", "outbox", "people"];

/** Throws STORE_OCCUPIED where somebody has said something, or a gateway lives: nobody's words are written over. */
export async function refuseUsed(port: SqlPort, name: string, now: number, isHalfCopy = false): Promise<void> {
  for (const table of isHalfCopy ? [] : SPOKEN) {
    if ((await port.ask(`select 1 from ${quoted(table)} limit 1`)).length > 0) throw new ContinuoError("STORE_OCCUPIED", `${name} has conversations already.`);
  }
  const living = await port.ask("select address from gateways where lease_until > ?", [now]);
  if (living.length > 0) throw new ContinuoError("STORE_OCCUPIED", `A gateway works on ${name}.`);
}
