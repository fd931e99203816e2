import { choose } from "../../sessions/choices.ts";
import { shown, type Answer } from "./asked.ts";

/** `/catchup on|off`: whether somebody who writes from another device is told what was said meanwhile. */
export const catchUp: Answer = async (parts, { turn, rest, say }) => {
  const value = rest.toLowerCase();
  if (value !== "on" && value !== "off") return say("choice.unknown", { value: shown(rest), options: "on, off" });
  await parts.store.transaction((tx) => choose(tx, turn.sessionKey, { catchUp: value }), turn.sessionKey);
  return say("catch-up.set", { value });
};
