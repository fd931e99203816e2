import { statement } from "../statement.ts";
import type { SignalRow } from "../tables.ts";

export const findNewestSignal = statement<Record<never, never>, Pick<SignalRow, "seq">>((db) => db.selectFrom("signals").select("seq").orderBy("seq", "desc").limit(1));
