/** A person's colours by rank, light and dark: none is near the amber that marks what is shared. */
const PEOPLE: readonly (readonly [light: string, dark: string])[] = [
  ["#5146c9", "#a79df8"],
  ["#0c7c9c", "#58c4e2"],
  ["#177d4f", "#5cc994"],
  ["#a4329b", "#e58bdc"],
  ["#2563c0", "#7fb0f7"],
  ["#627216", "#b3c45a"],
  ["#7a4bb8", "#c49df0"],
  ["#b03060", "#f08fb0"],
];

const LIGHT = { paper: "#fcfbf8", raised: "#ffffff", ink: "#1d1b2c", soft: "#5b5966", line: "#d8d5cc", warn: "#a85400", warnPaper: "#fff3e0" } as const;
const DARK = { paper: "#17161f", raised: "#211f2c", ink: "#f1eff8", soft: "#b2afbf", line: "#3d3a49", warn: "#f4b25c", warnPaper: "#3a2a14" } as const;

/** The variables of one scheme. A page's own (`--paper`, `--ink`, ...) win: inside a page the picture wears its clothes. */
function variables(theme: Record<keyof typeof LIGHT, string>, dark: boolean): string {
  const people = PEOPLE.map((pair, index) => `--aud-${index}:${pair[dark ? 1 : 0]}`).join(";");
  const { paper, raised, ink, soft, line, warn, warnPaper } = theme;
  return `--aud-paper:var(--paper,${paper});--aud-raised:var(--raised,${raised});--aud-ink:var(--ink,${ink});--aud-soft:var(--soft-ink,${soft});--aud-line:var(--line,${line});--aud-warn:var(--warn,${warn});--aud-warn-paper:${warnPaper};${people}`;
}

/**
 * What the picture looks like, light and dark: by the system, or by `data-theme` of the page that it stands in. Where
 * styles are not applied, the attributes of each shape still draw it in the colour of the text.
 */
export function style(): string {
  const rules = PEOPLE.map((_, index) => `.aud .aud-p${index}{--c:var(--aud-${index})}`).join("");
  return [
    `.aud{${variables(LIGHT, false)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme="light"]) .aud{${variables(DARK, true)}}}`,
    `:root[data-theme="dark"] .aud{${variables(DARK, true)}}`,
    ".aud .aud-paper{fill:var(--aud-paper)}",
    ".aud .aud-box{fill:var(--aud-raised);stroke:var(--aud-line)}",
    ".aud .aud-bar{fill:var(--c,var(--aud-soft))}",
    ".aud .aud-person{fill:color-mix(in srgb,var(--c) 12%,var(--aud-raised));stroke:var(--c)}",
    ".aud .aud-name{fill:var(--aud-ink)}.aud .aud-note,.aud .aud-head{fill:var(--aud-soft)}",
    ".aud .aud-chan{fill:var(--c,var(--aud-soft))}",
    ".aud .aud-link{stroke:var(--c,var(--aud-soft))}",
    ".aud .aud-shared .aud-box{fill:var(--aud-warn-paper);stroke:var(--aud-warn)}",
    ".aud .aud-warn{fill:var(--aud-warn)}.aud .aud-on-warn{fill:var(--aud-raised)}",
    rules,
  ].join("\n");
}
