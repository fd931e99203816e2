import type { DmScope } from "../../../domain/route.ts";
import type { Human, SharedSession } from "../facts.ts";
import { critical, info, warn, type Finding } from "../finding.ts";
import { admitsGroups, admitsGuests, labelOf, type AuditedAccount, type Survey } from "../survey.ts";

const labels = (accounts: readonly AuditedAccount[]): string => accounts.map((account) => labelOf(account)).join(", ");

/** Scopes under which people meet whom nobody linked. */
const SHARING: readonly string[] = ["main", "per-peer"] satisfies readonly DmScope[];

/** One channel divides people otherwise than the rest: the same person is then somebody else there. */
function mismatch({ config, accounts }: Survey): Finding[] {
  if (config.session.scope === "global") return [];
  const wanted = config.session.dmScope;
  const other = accounts.filter(({ scope }) => scope.value !== wanted);
  const bound = config.bindings.flatMap(({ match, session }, index) => {
    const setBy = `bindings[${index}].session.dmScope`;
    const known = other.some(({ scope }) => scope.setBy === setBy) || !accounts.some(({ channel }) => channel === match.channel);
    return session?.dmScope === undefined || session.dmScope === wanted || known ? [] : [{ setBy, value: session.dmScope, channel: match.channel }];
  });
  if (other.length + bound.length === 0) return [];
  const lines = [
    ...other.map((account) => `- ${labelOf(account)}: ${account.scope.setBy}="${account.scope.value}"`),
    ...bound.map(({ setBy, value, channel }) => `- some of ${channel}: ${setBy}="${value}"`),
  ];
  const words = {
    checkId: "session.channel_dm_scope_mismatch",
    title: "Channels divide direct messages differently",
    detail: `session.dmScope is "${wanted}", but:\n${lines.join("\n")}`,
    remediation: "Take those settings out, so that session.dmScope holds everywhere; or leave them if that is what you want.",
  };
  const values = [...other.map(({ scope }) => scope.value), ...bound.map(({ value }) => value)];
  return [values.some((value) => SHARING.includes(value)) ? warn(words) : info(words)];
}

/** Spec A4: an id on one platform says nothing about who has it on another. */
function perPeer({ accounts }: Survey): Finding[] {
  const there = accounts.filter(({ scope, policy }) => scope.value === "per-peer" && policy.dmPolicy !== "disabled");
  if (new Set(there.map(({ channel }) => channel)).size < 2) return [];
  return [
    warn({
      checkId: "session.per_peer_shared_ids",
      title: "The same id on two channels is one session",
      detail: `dmScope "per-peer" is in force on ${labels(there)}: two people who have the same id on different channels read each other's conversation.`,
      remediation: 'Run: continuo config set session.dmScope "per-channel-peer", and name who is one person in session.identityLinks.',
    }),
  ];
}

/** Identities of the owner, or under one name, are one human. */
function distinct(humans: readonly Human[]): readonly (readonly Human[])[] {
  const groups = new Map<string, Human[]>();
  for (const human of humans) {
    const who = human.isOwner ? "owner" : human.name === null ? human.identity : `name:${human.name.toLowerCase()}`;
    groups.set(who, [...(groups.get(who) ?? []), human]);
  }
  return [...groups.values()];
}

function called(identities: readonly Human[]): string {
  const [first] = identities;
  const name = identities.find((human) => human.name !== null)?.name ?? (first?.isOwner === true ? "the owner" : null);
  const ids = identities.map(({ identity }) => identity).join(", ");
  return name === null ? ids : `${name} (${ids})`;
}

const MOST_SESSIONS = 20;

/** What really happened: who is in one session with whom. Groups are meant to be shared. */
function twoHumans({ facts }: Survey): Finding[] {
  const found = facts.sharedSessions.map((session) => ({ session, humans: distinct(session.humans) })).filter(({ session, humans }) => session.scope !== "group" && humans.length > 1);
  const describe = (scopes: readonly SharedSession["scope"][]): string[] => {
    const lines = found.filter(({ session }) => scopes.includes(session.scope)).map(({ session, humans }) => `- ${session.key}: ${humans.map((human) => called(human)).join(" and ")}`);
    return lines.length <= MOST_SESSIONS ? lines : [...lines.slice(0, MOST_SESSIONS), `- and ${lines.length - MOST_SESSIONS} more sessions`];
  };
  const unasked = describe(["other"]);
  const asked = describe(["main", "per-peer"]);
  const words = { checkId: "session.two_humans", title: "Two people are in one session" };
  return [
    ...(unasked.length === 0
      ? []
      : [
          critical({
            ...words,
            detail: `No setting says that these share, so one may read what the other said:\n${unasked.join("\n")}`,
            remediation: "If they are one person, link them in session.identityLinks; otherwise begin a new conversation there with /new.",
          }),
        ]),
    ...(asked.length === 0
      ? []
      : [
          warn({
            ...words,
            detail: `dmScope makes these share; each may read what the other said:\n${asked.join("\n")}`,
            remediation: 'Run: continuo config set session.dmScope auto, if they are not meant to.',
          }),
        ]),
  ];
}

function globalScope({ config, accounts }: Survey): Finding[] {
  if (config.session.scope !== "global") return [];
  const shared = accounts.filter((account) => admitsGuests(account));
  if (shared.length === 0) return [];
  const words = {
    checkId: "session.global_scope_multiuser",
    title: "Everybody who may write shares one session",
    detail: `session.scope="global", and others than you may write on ${labels(shared)}: each can read what the others said.`,
    remediation: "Run: continuo config unset session.scope",
  };
  const anybody = shared.some(({ open, policy }) => open || policy.groupPolicy === "open");
  return [anybody ? critical(words) : warn(words)];
}

/** Spec A11: left out, memory is divided as the sessions are. */
function memory({ config, accounts }: Survey): Finding[] {
  const guests = accounts.filter((account) => admitsGuests(account));
  if (config.memory.scope !== "agent" || guests.length === 0) return [];
  return [
    warn({
      checkId: "memory.guests_reach_shared",
      title: "Guests reach the owner's memory",
      detail: `memory.scope="agent": what you told the agent can be recalled for others who may write on ${labels(guests)}.`,
      remediation: "Run: continuo config unset memory.scope",
    }),
  ];
}

/** Spec 8.1: the tools of a guest's turn must not look where the guest may not. */
function visibility({ config, accounts }: Survey): Finding[] {
  const level = config.tools.sessions.visibility;
  const guests = accounts.filter((account) => admitsGuests(account));
  if ((level !== "agent" && level !== "all") || guests.length === 0) return [];
  return [
    warn({
      checkId: "tools.sessions.visibility_reaches_others",
      title: "Session tools reach the sessions of others",
      detail: `tools.sessions.visibility="${level}", and others than you may write on ${labels(guests)}: what they ask can be looked up in sessions that are not theirs.`,
      remediation: "Run: continuo config set tools.sessions.visibility tree",
    }),
  ];
}

/** Spec A1: nobody's messages leak by it, but the owner is treated as a guest. */
function ownerUnknown({ accounts, facts }: Survey): Finding[] {
  const unknown = accounts.filter(({ owner, policy, channel, account }) => {
    const approved = facts.approved.some((one) => one.asOwner && one.channel === channel && one.account === account);
    return owner.scope === "auto" && owner.ownerBy === null && !approved && (policy.dmPolicy !== "disabled" || admitsGroups(policy));
  });
  if (unknown.length === 0) return [];
  return [
    info({
      checkId: "session.owner_unknown",
      title: "Nobody is known as the owner",
      detail: `On ${labels(unknown)} everybody is apart from everybody else, you included.`,
      remediation: `Put your own id there into session.owner, such as "${unknown[0]?.channel ?? "telegram"}:<your id>".`,
    }),
  ];
}

/** Who shares a conversation with whom, by the settings and by what was said (spec 2, 9, A1, A4, A11). */
export function sessionChecks(survey: Survey): readonly Finding[] {
  return [mismatch, perPeer, twoHumans, globalScope, memory, visibility, ownerUnknown].flatMap((check) => check(survey));
}
