import type { Answer } from "./asked.ts";

/** `/new` and `/reset` with nothing behind them: the turn has begun another session id already. */
export const newSession: Answer = async (_, { say }) => say("new.started");
