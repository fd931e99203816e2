import { NO_SESSION } from "../domain/delivery.ts";
import { directMessage } from "../domain/message.ts";
import type { LiveGateway, Services } from "../operations/index.ts";
import { languageOfPeer } from "../sessions/language.ts";
import { say } from "../texts/index.ts";
import { announceSession, publish } from "./announce.ts";
import type { House } from "./house.ts";
import type { Line } from "./line.ts";
import { ownedAccounts } from "./settings.ts";

function announcements(line: Line, house: House): LiveGateway["tell"] {
  const { settings } = house;
  return {
    sessionChanged: (key, reason) => announceSession(house, key, reason),
    conversationsMoved(conversations) {
      for (const key of new Set(conversations.map((one) => one.key))) announceSession(house, key, "moved");
      if (conversations.length > 0) house.doors.mirror?.moved(conversations);
    },
    deliveriesChanged() {
      line.notices.wake();
      publish(house, "people.changed", { reason: "outbox" });
    },
    peopleChanged: (reason) => publish(house, "people.changed", { reason }),
    async welcome(channel, account, senderId, chat) {
      const audience = settings.current().who.audience(directMessage({ channel, account, senderId }));
      const reply = { address: { channel, account, chat, thread: null }, audience, peer: senderId, replyTo: null };
      const text = say(await languageOfPeer(house.store, { channel, peer: senderId }), "pairing.welcome");
      await house.store.transaction((tx) => line.notices.say(tx, reply, text), NO_SESSION);
    },
  };
}

export function liveGateway(line: Line, house: House): LiveGateway {
  const { settings, doors, listeners, watch } = house;
  return {
    receive: line.receive,
    turns: line.turns,
    tell: announcements(line, house),
    channels: () => doors.channels?.statuses() ?? [],
    figures: () => watch.figures(doors.gateway?.connections() ?? 0),
    route: (message) => settings.current().route(message),
    ownedAccounts: () => ownedAccounts(settings.current(), settings.directory),
    canaries: () => (settings.current().config.audit.canary ? line.canaries : null),
    onTurnEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What a client is told when it connects. */
export function snapshotOf(services: Services, stateDir: string, configPath: string) {
  const { settings } = services;
  const { defaultId } = settings.agents();
  return {
    health: { ok: true, ts: services.clock.now() },
    sessionDefaults: {
      defaultAgentId: defaultId,
      mainKey: settings.mainKey(),
      mainSessionKey: settings.keyOf(null, null),
      scope: settings.scope(),
    },
    configPath,
    stateDir,
  };
}
