import { isOperatorChannel } from "../domain/address.ts";
import { placeOf, type InboundMessage } from "../domain/message.ts";
import { createOrder } from "../domain/order.ts";
import type { Doorway } from "../inbox/parts.ts";
import { parseCommand } from "../inbox/command.ts";
import { identify, learnAliases, mergeProposal, newAliases, requestPairing } from "../people/index.ts";
import { languageOf } from "../sessions/language.ts";
import { resolveAlias } from "../sessions/repartition/index.ts";
import type { Transaction } from "../store/store.ts";
import { awaitedBy, knock } from "../people/knock.ts";
import { answerLink } from "../turns/commands/link.ts";
import { partyOf } from "../turns/commands/party.ts";
import { sayIn, type Say } from "../texts/index.ts";
import { filePeople } from "./file-people.ts";
import { tellIn, type PeopleParts } from "./people-parts.ts";

/** What a stranger is told, once: what to give the owner, and nothing about who that is. */
function pairingNotice({ address, sender }: InboundMessage, code: string, say: Say): string {
  const { channel } = address;
  return [say("pairing.stranger"), say("pairing.code", { channel, code }), say("pairing.id", { id: `${channel}:${sender.id}` })].join("\n");
}

async function identified(parts: PeopleParts, said: InboundMessage): Promise<InboundMessage> {
  const { store, directory, clock } = parts;
  const message = await followKey(parts, said);
  const known = identify(message, directory);
  const fresh = newAliases(message, directory);
  // Strangers teach nothing: what they say of themselves would only fill the table.
  if (fresh.length === 0 || parts.settings.current().admit(known).kind === "dropped") return known;
  const apart = mergeProposal(message, directory);
  if (apart !== null) parts.log.warn({ channel: apart.channel, account: apart.account, peers: apart.peers }, "the platform calls these accounts one, and they were known as several: `continuo people merge` joins them");
  const learned = await store.transaction((tx) => learnAliases(tx, fresh, clock.now()));
  for (const { channel, alias, peer } of learned) directory.learnAlias(channel, alias, peer);
  return identify(message, directory);
}

/** Knows people at the door: their ids, and what strangers may ask for. */
export function createDoorway(parts: PeopleParts): Doorway {
  const { ids, clock } = parts;
  const order = createOrder();
  return {
    identify: (said) => order.after(placeOf(said), () => identified(parts, said)),
    async ask(tx, message) {
      const linking = await ownersLink(parts, tx, message);
      if (linking !== null) return linking;
      const { address, sender } = message;
      const stranger = { channel: address.channel, account: address.account, senderId: sender.id, senderName: sender.name, chat: address.chat };
      const request = await requestPairing(tx, stranger, ids.below, clock.now());
      if (request === null) return null;
      tx.afterCommit(parts.onRequest);
      return request.notify ? pairingNotice(message, request.code, sayIn(await languageOf(tx, message))) : null;
    },
  };
}

/** A client may still use a key that its session had before it was moved. */
async function followKey({ store, settings }: PeopleParts, message: InboundMessage): Promise<InboundMessage> {
  if (message.target === null || message.target.sessionKey === null) return message;
  const key = settings.current().route(message).sessionKey;
  const now = await resolveAlias(store, key);
  return now === key ? message : { ...message, target: { ...message.target, sessionKey: now } };
}

/**
 * The owner links another account of theirs from it: it is a stranger until that is done. Only a code that the owner
 * was given opens this door; anybody else's would let a guest bring guests.
 */
async function ownersLink(parts: PeopleParts, tx: Transaction, message: InboundMessage): Promise<string | null> {
  const command = parseCommand(message.text, [], "own");
  if (command?.name !== "link" || command.rest === "") return null;
  const now = parts.clock.now();
  const current = parts.settings.current();
  const who = partyOf(message, current.who.audience(message));
  const isAnswer = /^(?:yes|no)$/i.test(command.rest.trim());
  const issuer = isAnswer ? await awaitedBy(tx, who, now) : await knock(tx, command.rest, who, now);
  if (issuer === null) return null;
  const owner = isOperatorChannel(issuer.channel) || current.who.whoIs(issuer.channel, issuer.account, issuer.peer).isOwner;
  if (!owner) return null;
  const answer = await answerLink({ ids: parts.ids, filePeople: () => filePeople(current), tell: tellIn(parts.tell) }, tx, { who, say: sayIn(await languageOf(tx, message)), now }, command.rest);
  // What is agreed in this transaction is not to be seen before it is kept.
  tx.afterCommit(parts.onAgreement);
  return answer;
}
