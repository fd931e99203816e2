import { isOperatorChannel } from "../domain/address.ts";
import { isContinuoError, toContinuoError } from "../domain/errors.ts";
import { directMessage } from "../domain/message.ts";
import type { Wish } from "../operations/index.ts";
import { agreedLinks, draftAgreed, draftOwner, isEmpty, NO_CHANGE, settleAgreement, type Agreement, type Party, type PeopleChange } from "../people/index.ts";
import { approveLinked } from "../people/approve-linked.ts";
import { languageOfPeer } from "../sessions/language.ts";
import { sayIn } from "../texts/index.ts";
import type { Transaction } from "../store/store.ts";
import type { Told } from "../turns/commands/asked.ts";
import type { ChangesParts } from "./changes-parts.ts";
import { filePeople } from "./file-people.ts";

function sidesOf(agreement: Agreement): readonly Party[] {
  return agreement.kind === "link" ? [agreement.issuer, agreement.redeemer] : [agreement.issuer];
}

/** What was agreed on, as a change of who is who. What the operator began on the page or in the terminal is the owner's. */
async function draftOf(parts: ChangesParts, agreement: Agreement): Promise<PeopleChange> {
  const { store, ids, clock, settings } = parts;
  const current = settings.current();
  const drafting = { store, ids, now: clock.now(), file: filePeople(current) };
  if (agreement.kind === "unlink") return draftAgreed(drafting, agreement, false, ids.below);
  const { issuer, redeemer } = agreement;
  const other = isOperatorChannel(issuer.channel) ? redeemer : isOperatorChannel(redeemer.channel) ? issuer : null;
  if (other !== null) {
    const identity = { channel: other.channel, account: other.account, peer: other.peer };
    return draftOwner(drafting, { identity, provedBy: "code", displayName: other.displayName });
  }
  const owner = [issuer, redeemer].some(({ channel, account, peer }) => current.who.whoIs(channel, account, peer).isOwner);
  return draftAgreed(drafting, agreement, owner, ids.below);
}

async function tell(parts: ChangesParts, tx: Transaction, { channel, account, peer, address }: Party, said: Told): Promise<void> {
  const text = said(sayIn(await languageOfPeer(tx, { channel, peer })));
  const audience = parts.settings.current().who.audience(directMessage({ channel, account, senderId: peer }));
  await parts.house.say(tx, { address, audience, peer, replyTo: null }, text);
}

/** Notes how it went and tells both sides, in one: nobody waits for a word that a killed gateway had still to say. */
async function settle(parts: ChangesParts, tx: Transaction, agreement: Agreement, outcome: "done" | "refused", said: Told): Promise<void> {
  if (!(await settleAgreement(tx, agreement.id, outcome, parts.clock.now()))) return;
  for (const side of sidesOf(agreement)) await tell(parts, tx, side, said);
}

/** Does what was agreed on in chats, and tells both sides how it went. Answers how many have to be tried again. */
export async function settleAgreements(parts: ChangesParts, apply: (wish: Wish) => Promise<unknown>): Promise<number> {
  const { store, clock, log, settings } = parts;
  let left = 0;
  for (const agreement of await agreedLinks(store)) {
    try {
      const change = await draftOf(parts, agreement).catch((error: unknown) => {
        // Done already, by a gateway that died before it could say so.
        if (agreement.kind === "unlink" && isContinuoError(error) && error.code === "PEOPLE_UNKNOWN") return NO_CHANGE;
        throw error;
      });
      if (!isEmpty(change)) await apply({ kind: "people", change });
      const isTheirs = ({ channel, account, peer }: Party): boolean => !isOperatorChannel(channel) && settings.current().who.whoIs(channel, account, peer).isOwner;
      const owned = agreement.kind === "link" ? sidesOf(agreement).filter(isTheirs) : [];
      await store.transaction(async (tx) => {
        // A stranger whom the owner's own code brought in may write from now on.
        for (const side of owned) await approveLinked(tx, side, clock.now());
        await settle(parts, tx, agreement, "done", (theirs) => theirs(agreement.kind === "link" ? "link.done" : "unlink.done"));
      });
      for (const { channel, account, peer } of owned) settings.directory.approve(channel, account, peer);
    } catch (thrown) {
      const error = toContinuoError(thrown);
      log.warn({ code: error.code, err: error.cause }, `a link that was agreed on could not be made: ${error.message}`);
      if (error.retryable) {
        left++;
        continue;
      }
      await store.transaction((tx) => settle(parts, tx, agreement, "refused", (theirs) => theirs("people.failed", { why: error.message })));
    }
  }
  return left;
}
