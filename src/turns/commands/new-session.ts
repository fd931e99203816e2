import { DEFAULT_WORD } from "../../agent/model-names.ts";
import type { Answer } from "./asked.ts";
import { defaultModel } from "./model.ts";

/** `/new` and `/reset` with nothing behind them: the turn has begun another session id already. */
export const newSession: Answer = async (parts, asked) => {
  const { model } = asked.item.command ?? {};
  if (model === undefined) return asked.say("new.started");
  return asked.say("new.started-with", { model: model === DEFAULT_WORD ? defaultModel(parts, asked) : model });
};
