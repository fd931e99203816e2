import { isOperatorChannel } from "../../domain/address.ts";
import type { Answer } from "./asked.ts";

/** `/private` and `/private off`: what is said between them is in memory only. */
export const privately: Answer = async (parts, { turn, item, rest, say }) => {
  const { message } = item;
  const isOff = ["off", "end", "stop"].includes(rest.toLowerCase());
  if (!isOff && message.chatKind !== "dm" && !isOperatorChannel(message.address.channel)) return say("private.direct-only");
  const { privacy } = parts.history;
  if (isOff) return say((await parts.store.transaction((tx) => privacy.end(tx, message), turn.sessionKey)) ? "private.ended" : "private.not-on");
  return say(`private.${await parts.store.transaction((tx) => privacy.begin(tx, item), turn.sessionKey)}`);
};
