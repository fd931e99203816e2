import type { AuditedFile, FileKind, SecurityFacts } from "../facts.ts";
import { critical, warn, type Finding, type Severity } from "../finding.ts";

/** Bits of a mode; write permission for others is worse than read permission. */
const WORLD_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const WORLD = 0o005;
const GROUP = 0o050;

interface Rule {
  readonly bits: number;
  /** After `fs.<subject>.`. */
  readonly id: string;
  readonly severity: Exclude<Severity, "info">;
  readonly is: string;
}

interface Subject {
  readonly id: string;
  readonly name: string;
  readonly holds: string;
  /** The first that applies is told. */
  readonly rules: readonly Rule[];
  readonly tellsLinks: boolean;
}

const readable: Rule = { bits: WORLD | GROUP, id: "perms_readable", severity: "warn", is: "is readable by others" };
const writable: Rule = { bits: WORLD_WRITE | GROUP_WRITE, id: "perms_writable", severity: "critical", is: "is writable by others" };
const open: readonly Rule[] = [writable, readable];

/** Spec 9, `fs.*`; `fs.store`, `fs.transcript` and `fs.secret` are ours. */
const SUBJECTS: Readonly<Record<FileKind, Subject>> = {
  "state-dir": {
    id: "state_dir",
    name: "State directory",
    holds: "consider restricting to 700.",
    rules: [
      { bits: WORLD_WRITE, id: "perms_world_writable", severity: "critical", is: "is world-writable" },
      { bits: GROUP_WRITE, id: "perms_group_writable", severity: "warn", is: "is group-writable" },
      readable,
    ],
    tellsLinks: true,
  },
  config: {
    id: "config",
    name: "Config file",
    holds: "config can contain tokens and private settings.",
    rules: [
      writable,
      { bits: WORLD, id: "perms_world_readable", severity: "critical", is: "is world-readable" },
      { bits: GROUP, id: "perms_group_readable", severity: "warn", is: "is group-readable" },
    ],
    tellsLinks: true,
  },
  store: { id: "store", name: "Database", holds: "every conversation is in it.", rules: open, tellsLinks: false },
  "sessions-index": { id: "sessions_store", name: "sessions.json", holds: "routing and transcript metadata can be sensitive.", rules: [readable, { ...writable, id: "perms_readable", severity: "warn" }], tellsLinks: false },
  transcript: { id: "transcript", name: "Transcript", holds: "it is the conversation, word for word.", rules: [readable, { ...writable, id: "perms_readable", severity: "warn" }], tellsLinks: false },
  log: { id: "log_file", name: "Log file", holds: "logs can contain private messages.", rules: [readable, { ...writable, id: "perms_readable", severity: "warn" }], tellsLinks: false },
  secret: { id: "secret", name: "Secret file", holds: "whoever has it can pass for a paired device.", rules: [writable, { ...readable, severity: "critical" }], tellsLinks: false },
  "credentials-dir": { id: "credentials_dir", name: "Credentials directory", holds: "credentials can be sensitive.", rules: open, tellsLinks: false },
};

export function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}

/** What the file's mode is to be. */
export function wantedMode({ isFolder }: Pick<AuditedFile, "isFolder">): number {
  return isFolder ? 0o700 : 0o600;
}

/** Somebody else has a permission on it that a check objects to. */
export function isOpen({ kind, mode }: AuditedFile): boolean {
  return mode !== null && SUBJECTS[kind].rules.some(({ bits }) => (mode & bits) !== 0);
}

/** For pasting into a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function judge(file: AuditedFile): Finding[] {
  const subject = SUBJECTS[file.kind];
  const link = file.isSymlink && subject.tellsLinks
    ? [warn({ checkId: `fs.${subject.id}.symlink`, title: `${subject.name} is a symbolic link`, detail: `${file.path} leads elsewhere: whoever owns what it leads to has what is in it.` })]
    : [];
  const rule = subject.rules.find(({ bits }) => ((file.mode ?? 0) & bits) !== 0);
  if (rule === undefined || file.mode === null) return link;
  const words = {
    checkId: `fs.${subject.id}.${rule.id}`,
    title: `${subject.name} ${rule.is}`,
    detail: `${file.path} mode=${octal(file.mode)}; ${subject.holds}`,
    remediation: `chmod ${octal(wantedMode(file))} ${quoted(file.path)}`,
  };
  return [rule.severity === "critical" ? critical(words) : warn(words), ...link];
}

/** Folders whose content a program copies to somebody else's machine. */
const SYNCED = /[\\/](?:Dropbox|OneDrive[^\\/]*|Google ?Drive|GoogleDrive-[^\\/]+|iCloud ?Drive|iCloud|Mobile Documents|CloudStorage|Nextcloud|pCloudDrive)(?:[\\/]|$)/i;

function synced({ stateDir, configPath }: SecurityFacts): Finding[] {
  const there = [...new Set([stateDir, configPath])].filter((path) => SYNCED.test(path));
  if (there.length === 0) return [];
  return [
    warn({
      checkId: "fs.synced_dir",
      title: "State lies in a folder that is synchronised",
      detail: `${there.join("\n")}\nTokens and conversations are copied to other machines, and a database that is copied while it is written can break.`,
      remediation: "Move it out of there, and set OPENCLAW_STATE_DIR to the new place.",
    }),
  ];
}

function more({ moreOpenTranscripts, stateDir }: SecurityFacts): Finding[] {
  if (moreOpenTranscripts === 0) return [];
  const { id, rules } = SUBJECTS.transcript;
  return [
    warn({
      checkId: `fs.${id}.${rules[0]?.id ?? ""}`,
      title: "More transcripts are readable by others",
      detail: `${moreOpenTranscripts} more under ${stateDir}`,
      remediation: "continuo security audit --fix, again until none is left.",
    }),
  ];
}

/** Who else on this machine can read or change what Continuo keeps (spec 9, `fs.*`). */
export function fileChecks(facts: SecurityFacts): readonly Finding[] {
  return [...facts.files.flatMap(judge), ...more(facts), ...synced(facts)];
}
