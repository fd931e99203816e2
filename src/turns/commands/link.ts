import { isOperatorChannel } from "../../domain/address.ts";
import type { Ids } from "../../domain/ids.ts";
import { consent, issueCode, redeemCode, requestUnlink, type Agreement, type FilePeople, type Party } from "../../people/index.ts";
import { oneLine } from "../../routing/explain.ts";
import type { Executor } from "../../store/store.ts";
import type { Say } from "../../texts/index.ts";
import type { Answer, Asked, CommandParts, Told } from "./asked.ts";
import { partyOf } from "./party.ts";

export interface LinkParts {
  readonly ids: Ids;
  filePeople(): FilePeople;
  /** Says something to the other side, where they are and in their language. */
  tell(tx: Executor, to: Party, said: Told): Promise<void>;
}

/** Who asks, and how they are answered. */
export interface Linking {
  readonly who: Party;
  readonly say: Say;
  readonly now: number;
}

function nameOf({ channel, displayName, peer }: Party, say: Say): string {
  if (isOperatorChannel(channel)) return say("link.operator");
  // People choose their name themselves: it must not speak for us, nor lead anywhere.
  const name = oneLine(displayName ?? "").replace(/[[\]()<>*_`~|\\#]/g, "").slice(0, 40).trim();
  return name === "" ? say("link.account", { channel, peer }) : say("link.account-named", { channel, peer, name });
}

/** `/link`, `/link CODE`, `/link yes`, `/link no` (docs/people.md). What has been agreed on is done after this turn. */
export async function answerLink(parts: LinkParts, tx: Executor, linking: Linking, rest: string): Promise<string> {
  const { who, say, now } = linking;
  if (who.chatKind !== "dm") return say("link.direct-only");
  const word = rest.trim().toLowerCase();
  if (word === "yes" || word === "no") return answerConsent(parts, tx, linking, word === "yes");
  if (word !== "") return answerCode(parts, tx, linking, rest);
  const issued = await issueCode(tx, who, now, parts.ids.below);
  return issued.kind === "refused" ? say(`link.${issued.reason}`) : say("link.code", { code: issued.code });
}

async function answerCode(parts: LinkParts, tx: Executor, { who, say, now }: Linking, code: string): Promise<string> {
  const redeemed = await redeemCode(tx, code, who, now, parts.filePeople());
  if (redeemed.kind === "refused") return say(`link.${redeemed.reason}`);
  const { issuer } = redeemed;
  await parts.tell(tx, issuer, (theirs) => theirs("link.asked", { who: nameOf(who, theirs) }));
  return say("link.confirm", { who: nameOf(issuer, say) });
}

async function answerConsent(parts: LinkParts, tx: Executor, { who, say, now }: Linking, yes: boolean): Promise<string> {
  const answer = await consent(tx, who, yes, now);
  switch (answer.kind) {
    case "nothing":
      return say("link.nothing");
    case "refused":
      await parts.tell(tx, answer.other, (theirs) => theirs("link.refused-other"));
      return say("link.refused");
    case "waiting":
      return say("link.waiting", { who: nameOf(answer.other, say) });
    case "agreed":
      return say("link.agreed", { who: nameOf(otherOf(answer.agreement, who), say) });
  }
}

function otherOf(agreement: Agreement, { channel, account, peer }: Party): Party {
  const { issuer } = agreement;
  const isIssuer = issuer.channel === channel && issuer.account === account && issuer.peer === peer;
  return agreement.kind === "link" && isIssuer ? agreement.redeemer : issuer;
}

/** Does it in one transaction; what was agreed on is looked for after it. */
async function agreeing(parts: CommandParts, { item, say, now }: Asked, answer: (tx: Executor, linking: Linking) => Promise<string>): Promise<string> {
  const linking = { who: partyOf(item.message, item.audience), say, now };
  const text = await parts.store.transaction((tx) => answer(tx, linking));
  parts.people.onAgreement();
  parts.wakeOutbox();
  return text;
}

export const link: Answer = (parts, asked) => {
  const { filePeople, tell } = parts.people;
  return agreeing(parts, asked, (tx, linking) => answerLink({ ids: parts.ids, filePeople, tell }, tx, linking, asked.rest));
};

/** `/unlink`: one's own account may always leave (docs/people.md). */
export const unlink: Answer = (parts, asked) =>
  agreeing(parts, asked, async (tx, { who, say, now }) => {
    if (who.chatKind !== "dm" || isOperatorChannel(who.channel)) return say("unlink.where");
    return say((await requestUnlink(tx, who, now)) === null ? "unlink.none" : "unlink.begun");
  });
