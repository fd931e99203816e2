import { layOut, MARGIN, PERSON_HEIGHT, SESSION_HEIGHT, TOP, type Box, type Layout, type Link } from "./layout.ts";
import type { AudienceMap, MapIdentity, MapMemory, MapPerson, MapSession } from "./map.ts";
import { style } from "./style.ts";
import { escaped, fitted, isolated, textWidth } from "./svg-text.ts";

const ROWS = 60;
const EMPTY_WIDTH = 560;
const LONGEST_TITLE = 600;

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

interface Written {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight?: number;
  readonly className: string;
  readonly anchor?: "end" | "middle";
}

function text(words: string, { x, y, size, weight = 400, className, anchor }: Written, width = Number.POSITIVE_INFINITY): string {
  const at = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${className}" fill="currentColor" x="${x}" y="${y}" font-size="${size}" font-weight="${weight}"${at}>${escaped(fitted(words, width, size))}</text>`;
}

function rect({ x, y, width, height }: Box<unknown>, className: string, stroke = 1): string {
  return `<rect class="${className}" fill="none" stroke="currentColor" stroke-width="${stroke}" x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>`;
}

/** The full text, shown by the browser where the pointer rests, and read aloud. */
function titled(title: string, className: string, parts: readonly string[]): string {
  return `<g class="${className}"><title>${escaped(title.slice(0, LONGEST_TITLE))}</title>${parts.join("")}</g>`;
}

function colourClass(colour: number | null): string {
  return colour === null ? "" : `aud-p${colour}`;
}

function drawLink({ from, to, colour, messages, shared }: Link): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = (x2 - x1) * 0.5;
  const width = Math.min(5, 1.4 + Math.log10(Math.max(1, messages)) * 1.1).toFixed(2);
  const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  return `<path class="aud-link ${colourClass(colour)}" fill="none" stroke="currentColor" stroke-width="${width}" stroke-opacity="${shared ? 0.85 : 0.5}" stroke-linecap="round" d="${path}"/>`;
}

function drawPerson(box: Box<MapPerson>, identities: number): string {
  const { item, x, y, width } = box;
  const note = `${item.role} · ${counted(identities, "account")}`;
  return titled(`${item.name}: ${note}`, colourClass(box.colour), [
    rect(box, "aud-person", 1.5),
    text(item.name, { x: x + 16, y: y + 20, size: 14.5, weight: 650, className: "aud-name" }, width - 30),
    text(note, { x: x + 16, y: y + 37, size: 11.5, className: "aud-note" }, width - 30),
  ]);
}

function drawIdentity(box: Box<MapIdentity>, title: string): string {
  const { item, x, y, width } = box;
  const account = item.account === "" || item.account === "default" ? "" : `/${item.account}`;
  const channel = fitted(`${item.channel}${account}`, width * 0.5, 12.5);
  const peer = fitted(item.peer === "" ? "unknown" : item.peer, width - 38 - textWidth(channel, 12.5), 12.5);
  const spans = `<tspan class="aud-chan" fill="currentColor" font-weight="650">${isolated(channel)}</tspan><tspan dx="8">${isolated(peer)}</tspan>`;
  return titled(title, colourClass(box.colour), [
    rect(box, "aud-box"),
    `<rect class="aud-bar" fill="currentColor" x="${x}" y="${y + 9}" width="3.5" height="${box.height - 18}" rx="1.75"/>`,
    `<text class="aud-name" fill="currentColor" x="${x + 16}" y="${y + 21.5}" font-size="12.5">${spans}</text>`,
  ]);
}

/** Where it is called something, its key ends the second line. */
function sessionNote({ key, label, kind, messages }: MapSession): string {
  const where = kind === "dm" ? [] : [kind === "group" ? "group" : "room"];
  return [counted(messages, "message"), ...where, ...(label === key ? [] : [key])].join(" · ");
}

function drawSession(box: Box<MapSession>, names: string): string {
  const { item, x, y, width } = box;
  const badge = item.shared ? counted(item.people.length, "person", "people") : "";
  const badgeWidth = item.shared ? Math.round(textWidth(badge, 11.5) * 0.9) + 20 : 0;
  const room = width - 32 - (item.shared ? badgeWidth + 10 : 0);
  const [bx, by] = [x + width - badgeWidth - 12, y + SESSION_HEIGHT / 2 - 11];
  const mark = item.shared
    ? [
        `<rect class="aud-warn" fill="currentColor" fill-opacity="1" x="${bx}" y="${by}" width="${badgeWidth}" height="22" rx="11"/>`,
        `<text class="aud-on-warn" fill="#fff" x="${bx + badgeWidth / 2}" y="${by + 15}" font-size="11.5" font-weight="650" text-anchor="middle">${badge}</text>`,
      ]
    : [`<rect class="aud-bar" fill="currentColor" x="${x}" y="${y + 12}" width="3.5" height="${SESSION_HEIGHT - 24}" rx="1.75"/>`];
  return titled(`${item.label === item.key ? "" : `${item.label}: `}${item.key}. ${counted(item.messages, "message")}, by ${names}`, item.shared ? "aud-shared" : colourClass(box.colour), [
    rect(box, "aud-box", item.shared ? 2 : 1),
    text(item.label, { x: x + 16, y: y + 20, size: 13.5, weight: 600, className: "aud-name" }, room),
    text(sessionNote(item), { x: x + 16, y: y + 37, size: 11.5, className: "aud-note" }, room),
    ...mark,
  ]);
}

function drawMemory(box: Box<MapMemory>): string {
  const { item, x, y, width } = box;
  return titled(item.label, "", [
    rect(box, "aud-box"),
    text(item.label, { x: x + 16, y: y + 20, size: 13.5, weight: 600, className: "aud-name" }, width - 32),
    text(`remembered for ${item.scope === "agent" ? "the agent" : "one person"}`, { x: x + 16, y: y + 37, size: 11.5, className: "aud-note" }, width - 32),
  ]);
}

function heads({ people, identities, sessions, memory }: Layout): string[] {
  const columns: readonly (readonly [string, readonly Box<unknown>[]])[] = [["People", people], ["Accounts", identities], ["Sessions", sessions], ["Memory", memory]];
  return columns.flatMap(([title, [first]]) => (first === undefined ? [] : [text(title.toUpperCase(), { x: first.x + 2, y: TOP - 18, size: 11.5, weight: 650, className: "aud-head" })]));
}

function legend(layout: Layout, shared: number): string[] {
  const y = layout.height - 34;
  const { sessions, identities } = layout.hidden;
  const hidden = [...(sessions > 0 ? [`${counted(sessions, "more session")}`] : []), ...(identities > 0 ? [`${counted(identities, "more account")}`] : [])];
  const words = shared === 0 ? "No session here is shared by two or more people." : `${counted(shared, "session")} shared by two or more people: each of them can learn what the others said there.`;
  const swatch = shared === 0 ? "" : `<g class="aud-shared"><rect class="aud-box" fill="none" stroke="currentColor" stroke-width="2" x="${MARGIN + 1}" y="${y - 11}" width="20" height="14" rx="4"/></g>`;
  return [
    swatch,
    text(words, { x: MARGIN + (shared === 0 ? 0 : 32), y, size: 12.5, className: "aud-note" }),
    ...(hidden.length === 0 ? [] : [text(`${hidden.join(", ")} not shown`, { x: layout.width - MARGIN, y, size: 12.5, weight: 600, className: "aud-note", anchor: "end" })]),
  ];
}

function page(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style()}</style>`,
    `<g class="aud"><rect class="aud-paper" fill="none" width="${width}" height="${height}" rx="14"/>`,
    ...parts.filter((part) => part !== ""),
    "</g></svg>",
  ].join("\n");
}

/**
 * Who shares with whom, as one SVG without scripts: people, their accounts, the sessions they speak in. Names and ids
 * are other people's words and are escaped. At most `rows` sessions, the shared ones first; it says how many more. Pure.
 */
export function drawMap(map: AudienceMap, rows = ROWS): string {
  const layout = layOut(map, rows);
  if (layout.people.length === 0) {
    return page(EMPTY_WIDTH, TOP + PERSON_HEIGHT, "Nobody has spoken yet", [text("Nobody has spoken yet.", { x: EMPTY_WIDTH / 2, y: 70, size: 15, className: "aud-note", anchor: "middle" })]);
  }
  const names = new Map(map.people.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  const shared = map.sessions.filter((session) => session.shared).length;
  const owned = (id: string): number => map.identities.filter(({ personId }) => personId === id).length;
  return page(layout.width, layout.height, `Who speaks where: ${counted(map.people.length, "person", "people")}, ${counted(map.sessions.length, "session")}, ${shared} shared`, [
    text("Who speaks where", { x: MARGIN, y: 38, size: 19, weight: 680, className: "aud-name" }),
    ...heads(layout),
    ...[...layout.links].sort((a, b) => Number(a.shared) - Number(b.shared)).map(drawLink),
    ...layout.people.map((box) => drawPerson(box, owned(box.item.id))),
    ...layout.identities.map((box) => drawIdentity(box, `${box.item.label}: ${nameOf(box.item.personId)}`)),
    ...layout.sessions.map((box) => drawSession(box, box.item.people.map(nameOf).join(", "))),
    ...layout.memory.map(drawMemory),
    ...legend(layout, shared),
  ]);
}
