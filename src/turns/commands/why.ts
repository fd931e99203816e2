import type { Answer } from "./asked.ts";

/** `/why`: where the message before this one went, and why. */
export const why: Answer = async (parts, { turn, say }) => (await parts.people.explainLast(turn, say)) ?? say("why.no-message");
