import { isOperatorChannel } from "../../domain/address.ts";
import type { Answer } from "./asked.ts";

/** `/private` and `/private off`: what is said between them is in memory only. */
export const privately: Answer = async (parts, { item, rest, say }) => {
  const { message } = item;
  const { privacy } = parts.history;
  if (["off", "end", "stop"].includes(rest.toLowerCase())) return say((await privacy.end(message)) ? "private.ended" : "private.not-on");
  if (message.chatKind !== "dm" && !isOperatorChannel(message.address.channel)) return say("private.direct-only");
  return say(`private.${await privacy.begin(item)}`);
};
