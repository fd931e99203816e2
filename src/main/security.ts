import { chmod, lstat, opendir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { auditSecurity } from "../audit/security/audit.ts";
import { isOpen } from "../audit/security/checks/files.ts";
import type { FixAction, FixReport, SecurityDeps } from "../audit/security/deps.ts";
import type { AuditedConfig, AuditedFile, FileKind, SecurityFacts } from "../audit/security/facts.ts";
import { planFixes, type Chmod } from "../audit/security/fix.ts";
import { expandHome, look, type Environment } from "../config/index.ts";
import { toContinuoError } from "../domain/errors.ts";
import { editSettings } from "./edit-settings.ts";
import { isHeld, readHolder, statePaths } from "./state-paths.ts";

export type StoredFacts = Pick<SecurityFacts, "sharedSessions" | "approved" | "identities">;

/** What the audit looks at. */
export interface SecurityWorld {
  readonly stateDir: string;
  readonly configPath: string;
  readonly env: Environment;
  /** What the store knows of people and sessions; whoever has none answers empty lists. */
  readShared(): Promise<StoredFacts>;
}

/** No walk takes longer than this, whatever lies in the state directory. */
const MOST_AGENTS = 500;
const MOST_ENTRIES = 20_000;
const MOST_TOLD = 20;

/** Null: not there, or out of reach, which nobody else can reach either. */
async function fileAt(path: string, kind: FileKind): Promise<AuditedFile | null> {
  try {
    const isSymlink = (await lstat(path)).isSymbolicLink();
    const target = await stat(path);
    return { path, kind, isFolder: target.isDirectory(), isSymlink, mode: process.platform === "win32" ? null : target.mode & 0o777 };
  } catch {
    return null; // absent, a dead link, or in a folder that is closed: there is nothing to judge
  }
}

async function present(kind: FileKind, paths: readonly string[]): Promise<AuditedFile[]> {
  return (await Promise.all(paths.map((path) => fileAt(path, kind)))).filter((file) => file !== null);
}

/** Names in a folder, at most `most`; none where it cannot be listed. */
async function namesIn(folder: string, most: number): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      if (names.length === most) break;
      names.push(name);
    }
  } catch {
    return names; // most installs lack some of these folders
  }
  return names.toSorted();
}

/** Where the mirror's files stand (spec A7): in each agent's own folder, and where `session.store` puts them. */
async function sessionFolders({ stateDir }: SecurityWorld, config: AuditedConfig): Promise<string[]> {
  const agents = await namesIn(join(stateDir, "agents"), MOST_AGENTS);
  const own = agents.map((agent) => join(stateDir, "agents", agent, "sessions"));
  const template = config.kind === "valid" ? config.config.session.store : undefined;
  if (template === undefined || config.kind === "invalid") return own;
  const ids = [...new Set([...agents, "main", ...config.config.agents.list.map(({ id }) => id)])];
  const named = dirname(template).includes("{agentId}");
  const placed = ids.map((id) => {
    const folder = dirname(expandHome(template.replaceAll("{agentId}", id)));
    return named ? folder : join(folder, id);
  });
  return [...new Set([...own, ...placed])];
}

interface Transcripts {
  readonly told: readonly AuditedFile[];
  readonly more: number;
}

/** Those alone that others may read; each of the others is one file that is well. */
async function openTranscripts(folders: readonly string[], mostTold: number): Promise<Transcripts> {
  const told: AuditedFile[] = [];
  let more = 0;
  let left = MOST_ENTRIES;
  for (const folder of folders) {
    const names = await namesIn(folder, left);
    left -= names.length;
    for (const name of names.filter((each) => each.endsWith(".jsonl"))) {
      const file = await fileAt(join(folder, name), "transcript");
      if (file === null || !isOpen(file)) continue;
      if (told.length < mostTold) told.push(file);
      else more++;
    }
  }
  return { told, more };
}

async function readConfig({ configPath, env }: SecurityWorld): Promise<{ readonly config: AuditedConfig; readonly files: readonly string[] }> {
  try {
    const { config, warnings, files } = await look(configPath, env);
    return { config: { kind: "valid", config, warnings }, files: [...new Set([configPath, ...files])] };
  } catch (thrown) {
    const { message, cure } = toContinuoError(thrown);
    return { config: { kind: "invalid", message, cure }, files: [configPath] };
  }
}

async function logFiles({ stateDir }: SecurityWorld, config: AuditedConfig): Promise<AuditedFile[]> {
  const { log } = statePaths(stateDir);
  const folder = dirname(log);
  const names = (await namesIn(folder, MOST_ENTRIES)).filter((name) => /\.(?:log|jsonl)/.test(name)).slice(0, MOST_TOLD);
  const placed = config.kind === "valid" && config.config.logging.file !== undefined ? [expandHome(config.config.logging.file)] : [];
  return present("log", [...new Set([...names.map((name) => join(folder, name)), ...placed])]);
}

/**
 * Everything that the audit has to be told; it takes no lock and needs no gateway. `mostTranscripts`: how many open
 * transcripts are told one by one, the rest is counted. Throws what `readShared` throws.
 */
export async function gatherSecurityFacts(world: SecurityWorld, mostTranscripts = MOST_TOLD): Promise<SecurityFacts> {
  const { stateDir, configPath } = world;
  const paths = statePaths(stateDir);
  const { config, files: configFiles } = await readConfig(world);
  const folders = await sessionFolders(world, config);
  const transcripts = await openTranscripts(folders, mostTranscripts);
  const { database } = paths;
  const files = [
    ...(await present("state-dir", [stateDir])),
    ...(await present("config", configFiles)),
    ...(await present("store", [paths.directory, database, `${database}-wal`, `${database}-shm`])),
    ...(await present("secret", [paths.secret])),
    ...(await present("credentials-dir", [join(stateDir, "credentials")])),
    ...(await present("sessions-index", folders.map((folder) => join(folder, "sessions.json")))),
    ...transcripts.told,
    ...(await logFiles(world, config)),
  ];
  const listening = isHeld(paths) ? (readHolder(paths)?.host ?? null) : null;
  return { stateDir, configPath, config, files, moreOpenTranscripts: transcripts.more, listening, ...(await world.readShared()) };
}

function octal(mode: number): string {
  return mode.toString(8);
}

/** A link that came in between is left alone, as the plan leaves links alone. */
async function narrow({ path, mode }: Chmod): Promise<{ readonly action: FixAction; readonly error: string | null }> {
  const action = { kind: "chmod", path, mode: octal(mode) } as const;
  try {
    if ((await lstat(path)).isSymbolicLink()) return { action: { ...action, ok: false }, error: `${path} is a symbolic link; it was left as it is.` };
    await chmod(path, mode);
    return { action: { ...action, ok: true }, error: null };
  } catch (error) {
    return { action: { ...action, ok: false }, error: `chmod ${octal(mode)} ${path}: ${String((error as NodeJS.ErrnoException).code)}` };
  }
}

/** Does what `planFixes` plans (spec 9, `--fix`). What fails is told in `errors`, and the rest is still done. */
export async function applyFixes(world: SecurityWorld): Promise<FixReport> {
  const { stateDir, configPath, env } = world;
  const plan = planFixes(await gatherSecurityFacts(world, Number.POSITIVE_INFINITY));
  const errors: string[] = [];
  let configWritten = false;
  if (plan.edits.length > 0) {
    try {
      await editSettings(configPath, env, plan.edits);
      configWritten = true;
    } catch (thrown) {
      errors.push(toContinuoError(thrown).message);
    }
  }
  const actions: FixAction[] = [];
  for (const change of plan.chmods) {
    const { action, error } = await narrow(change);
    actions.push(action);
    if (error !== null) errors.push(error);
  }
  return { ok: errors.length === 0, stateDir, configPath, configWritten, changes: configWritten ? plan.changes : [], actions, errors };
}

/** The command line's audit, in this world. */
export function securityDeps(world: SecurityWorld): SecurityDeps {
  return {
    audit: async () => auditSecurity(await gatherSecurityFacts(world)),
    fix: () => applyFixes(world),
  };
}
