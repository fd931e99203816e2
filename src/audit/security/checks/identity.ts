import type { Config } from "../../../config/index.ts";
import { info, warn, type Finding } from "../finding.ts";
import type { Survey } from "../survey.ts";

interface Link {
  readonly person: string;
  /** As it stands in the file. */
  readonly entry: string;
  /** Null: written without a channel, so that it is an id on any. */
  readonly channel: string | null;
  readonly peers: readonly string[];
}

/** The last part of `telegram:42:John` may be a label (spec 2.5, shape B): it then names 42 too. */
function peersOf(tail: string, label: string | null): string[] {
  const segments = tail.split(":");
  const isLabelled = label !== null && segments.length > 1 && (segments.at(-1)?.toLowerCase() === label.toLowerCase() || !/[@!]/.test(segments[0] ?? ""));
  return isLabelled ? [tail, segments.slice(0, -1).join(":")] : [tail];
}

function linkOf(entry: string, person: string, label: string | null): Link {
  const colon = entry.indexOf(":");
  const channel = colon < 1 ? null : entry.slice(0, colon).trim().toLowerCase();
  return { person, entry, channel, peers: peersOf(colon < 1 ? entry : entry.slice(colon + 1), label) };
}

function linksOf({ session }: Config): Link[] {
  return Object.entries(session.identityLinks).flatMap(([key, value]) =>
    typeof value === "string" ? [linkOf(key.trim(), value.trim(), value.trim())] : value.map((entry) => linkOf(entry.trim(), key.trim(), null)),
  ).filter(({ entry, person }) => entry !== "" && person !== "");
}

function bareIds(links: readonly Link[]): Finding[] {
  const bare = links.filter(({ channel }) => channel === null);
  if (bare.length === 0) return [];
  return [
    warn({
      checkId: "session.identity_links.bare_id",
      title: "Identity links without a channel match on every channel",
      detail: bare.map(({ entry, person }) => `- "${entry}" is ${person} on any channel: a stranger with that id elsewhere would be taken for ${person}.`).join("\n"),
      remediation: 'Write the channel before the id in session.identityLinks, such as "telegram:123456789".',
    }),
  ];
}

function sameName(a: string, b: string): boolean {
  return a.normalize("NFC").toLowerCase() === b.normalize("NFC").toLowerCase();
}

function overlap(a: Link, b: Link): boolean {
  return (a.channel === null || b.channel === null || a.channel === b.channel) && a.peers.some((peer) => b.peers.includes(peer));
}

/** One identity under two names: the first in the file wins, and the other person quietly loses theirs (spec 2.5). */
function conflictsInFile(links: readonly Link[]): string[] {
  return links.flatMap((link, index) =>
    links
      .slice(0, index)
      .filter((earlier) => overlap(earlier, link) && !sameName(earlier.person, link.person))
      .map((earlier) => `- "${link.entry}" is ${earlier.person} ("${earlier.entry}") and ${link.person}.`),
  );
}

function conflictsWithStore(links: readonly Link[], { facts }: Survey): string[] {
  return facts.identities.flatMap(({ channel, peer, person }) =>
    links
      .filter((link) => overlap(link, { person, entry: "", channel: channel.toLowerCase(), peers: [peer] }) && !sameName(link.person, person))
      .map((link) => `- ${channel}:${peer} was linked to ${person}, and session.identityLinks says ${link.person}.`),
  );
}

function conflicts(links: readonly Link[], survey: Survey): Finding[] {
  const lines = [...conflictsInFile(links), ...conflictsWithStore(links, survey)];
  if (lines.length === 0) return [];
  return [
    warn({
      checkId: "session.identity_links.conflict",
      title: "One identity belongs to two people",
      detail: lines.join("\n"),
      remediation: "Leave each identity with one person only: who is linked to the wrong name reads the other's conversation.",
    }),
  ];
}

/** Under `main` and under the global scope everybody is in one session, linked or not. */
function unreachable(links: readonly Link[], { accounts }: Survey): Finding[] {
  const everywhere = accounts.filter(({ scope }) => scope.value === "main" || scope.value === "global");
  if (links.length === 0 || everywhere.length === 0 || everywhere.length < accounts.length) return [];
  const setBy = [...new Set(everywhere.map(({ scope }) => `${scope.setBy}="${scope.value}"`))];
  return [
    info({
      checkId: "session.identity_links.unreachable",
      title: "Identity links have no effect on sessions",
      detail: `${setBy.join(", ")}: all direct messages share one session, linked or not.`,
      remediation: 'Run: continuo config set session.dmScope auto, if linked people are to share and others are not.',
    }),
  ];
}

/** Who is taken for whom (spec 2.5, 9). */
export function identityChecks(survey: Survey): readonly Finding[] {
  const links = linksOf(survey.config);
  return [...bareIds(links), ...conflicts(links, survey), ...unreachable(links, survey)];
}
