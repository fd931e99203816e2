import { isOperatorChannel } from "../../domain/address.ts";
import type { Ids } from "../../domain/ids.ts";
import { consent, issueCode, redeemCode, requestUnlink, type Agreement, type FilePeople, type Party } from "../../people/index.ts";
import { oneLine } from "../../routing/explain.ts";
import type { Executor } from "../../store/store.ts";

export interface LinkParts {
  readonly ids: Ids;
  filePeople(): FilePeople;
  /** Says something to the other side, where they are. */
  tell(tx: Executor, to: Party, text: string): Promise<void>;
}

function nameOf({ channel, displayName, peer }: Party): string {
  if (isOperatorChannel(channel)) return "the owner, on the page or in the terminal";
  // People choose their name themselves: it must not speak for us, nor lead anywhere.
  const name = oneLine(displayName ?? "").replace(/[[\]()<>*_`~|\\#]/g, "").slice(0, 40).trim();
  return name === "" ? `\`${channel} ${peer}\`` : `\`${channel} ${peer}\` (who is called "${name}" there)`;
}

const SAME = "Whatever was said on either side is then known on both.";

const REFUSALS = {
  unknown: "There is no such code. Say `/link` on the other account to get one.",
  expired: "That code has run out. Say `/link` on the other account to get a new one.",
  same: "That code is for your other account: send it from there.",
  "too-many": "Too many codes in a short time. Try again in an hour.",
  "already-one": "These two accounts are one person already.",
} as const;

const DIRECT_ONLY = "Linking is done in a direct chat, where nobody else reads the code. Write to me there.";

/** `/link`, `/link CODE`, `/link yes`, `/link no` (docs/people.md). What has been agreed on is done after this turn. */
export async function answerLink(parts: LinkParts, tx: Executor, who: Party, rest: string, now: number): Promise<string> {
  if (who.chatKind !== "dm") return DIRECT_ONLY;
  const word = rest.trim().toLowerCase();
  if (word === "yes" || word === "no") return answerConsent(parts, tx, who, word === "yes", now);
  if (word !== "") return answerCode(parts, tx, who, rest, now);
  const issued = await issueCode(tx, who, now, parts.ids.below);
  if (issued.kind === "refused") return REFUSALS[issued.reason];
  return `Your code is \`${issued.code}\`, good for 10 minutes. Send \`/link ${issued.code}\` from your other account. Then both sides are asked once more. Give the code to nobody: whoever is linked reads this conversation.`;
}

async function answerCode(parts: LinkParts, tx: Executor, who: Party, code: string, now: number): Promise<string> {
  const redeemed = await redeemCode(tx, code, who, now, parts.filePeople());
  if (redeemed.kind === "refused") return REFUSALS[redeemed.reason];
  const { issuer } = redeemed;
  await parts.tell(tx, issuer, `${nameOf(who)} has sent your code and wants to be linked with you. ${SAME} Say \`/link yes\` here if that is you, or \`/link no\`.`);
  return `This links you with ${nameOf(issuer)}. ${SAME} Say \`/link yes\` here and there, or \`/link no\`.`;
}

async function answerConsent(parts: LinkParts, tx: Executor, who: Party, yes: boolean, now: number): Promise<string> {
  const answer = await consent(tx, who, yes, now);
  switch (answer.kind) {
    case "nothing":
      return "Nobody asks to be linked with you. Say `/link` to get a code.";
    case "refused":
      await parts.tell(tx, answer.other, "The link was refused. Nothing has changed.");
      return "Not linked. Nothing has changed.";
    case "waiting":
      return `Now say \`/link yes\` on the other side: ${nameOf(answer.other)}.`;
    case "agreed":
      return `Agreed with ${nameOf(otherOf(answer.agreement, who))}. The two conversations are brought together now; you are told when that is done.`;
  }
}

function otherOf(agreement: Agreement, { channel, account, peer }: Party): Party {
  const { issuer } = agreement;
  const isIssuer = issuer.channel === channel && issuer.account === account && issuer.peer === peer;
  return agreement.kind === "link" && isIssuer ? agreement.redeemer : issuer;
}

/** `/unlink`: one's own account may always leave (docs/people.md). */
export async function answerUnlink(tx: Executor, who: Party, now: number): Promise<string> {
  if (who.chatKind !== "dm" || isOperatorChannel(who.channel)) return "Say `/unlink` in a direct chat, from the account that is to leave.";
  const asked = await requestUnlink(tx, who, now);
  if (asked === null) return "This account is linked to nobody, or the configuration file links it: then the owner takes it out there.";
  return "This account is taken out of the link now; you are told when that is done.";
}
