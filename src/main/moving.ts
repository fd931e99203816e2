import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { constants, realpathSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { expandHome, look, type Environment } from "../config/index.ts";
import { forgetUnheld } from "../media/let-go.ts";
import type { Media } from "../media/index.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import { directMessage } from "../domain/message.ts";
import type { MovingDesk } from "../operations/index.ts";
import { idSegment } from "../routing/keys.ts";
import { fileIdentities, nameKey } from "../routing/people.ts";
import type { FoundPeople } from "../sessions/openclaw/people.ts";
import { findPeople } from "../sessions/openclaw/people.ts";
import { differingSettings, readForeignConfig } from "../sessions/openclaw/foreign-config.ts";
import { asFields, textIn, type Fields } from "../sessions/openclaw/fields.ts";
import { createKeepSent, exportOpenClaw, findOne, importOpenClaw, type SentDoor, type Imported, type ConfigNote, type ExportReport, type ImportReport, type Known, type ProposedPerson, type Trouble } from "../sessions/openclaw/index.ts";
import { openSource } from "../sessions/openclaw/source.ts";
import type { Rebuilt } from "../sessions/mirror/index.ts";
import type { Store } from "../store/store.ts";
import { explainDisk } from "./backup.ts";
import type { JobMover } from "./jobs.ts";
import type { SettingsHolder } from "./settings.ts";

export interface MovingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly env: Environment;
  readonly paths: { readonly stateDir: string; readonly configPath: string };
  /** What comes along besides sessions. */
  readonly rooms: { readonly media: Pick<Media, "put" | "discard">; readonly jobs: JobMover };
  readonly settings: SettingsHolder;
  onProgress(progress: { readonly phase: "import" | "export" | "mirror"; readonly done: number; readonly total: number }): void;
  /** By the gateway's own mirror, where one runs. */
  rebuild(agentId: string | null, onProgress: (done: number, total: number) => void): Promise<Rebuilt>;
  onImported(conversation: { readonly key: string; readonly sessionId: string }): void;
}

/** What one answer lists; the totals count everything. */
const MOST_TROUBLES = 200;
const MOST_SESSIONS = 500;

/** Who is who where the sessions go: as the configuration in use, the people table and the source's own links say. */
function knownBy({ settings }: MovingParts, links: FoundPeople["links"]): Known {
  const { config, who } = settings.current();
  const persons = new Map<string, string>();
  for (const { name, name_key } of settings.directory.persons()) persons.set(name_key, name);
  for (const { person } of [...links, ...fileIdentities(who.source.session?.identityLinks)].toReversed()) persons.set(nameKey(person), person);
  const audienceOf = (channel: string, account: string, peer: string): string => who.audience(directMessage({ channel, account, senderId: peer }));
  const accountsOf = new Map(links.filter(({ channel }) => channel !== "*").map((link) => [nameKey(link.person), link]));
  return {
    mainKey: config.session.mainKey,
    defaultAgentId: settings.current().agents.defaultId,
    persons,
    audienceOf,
    audienceOfPerson(person) {
      const account = accountsOf.get(nameKey(person));
      const audience = account === undefined ? "" : audienceOf(account.channel, "default", account.peer);
      return audience === "owner" ? audience : `person:${idSegment(person)}`;
    },
  };
}

function sameFile(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}

/** A configuration is copied only where there is none, and where Continuo can read it. */
async function noteConfig({ env, paths: { configPath } }: MovingParts, path: string, foreign: Fields | null, dryRun: boolean): Promise<ConfigNote> {
  if (foreign === null) return { state: "none", path: null, differing: [] };
  if (sameFile(path, configPath)) return { state: "same", path, differing: [] };
  try {
    await look(path, env);
    if (!existsSync(configPath)) {
      if (dryRun) return { state: "would-copy", path, differing: [] };
      mkdirSync(dirname(configPath), { recursive: true, mode: 0o700 });
      copyFileSync(path, configPath, constants.COPYFILE_EXCL);
      return { state: "copied", path, differing: [] };
    }
  } catch (error) {
    if (!isContinuoError(error)) throw error;
    return { state: "unreadable", path, differing: [] };
  }
  return { state: "differs", path, differing: differingSettings(foreign, (await readForeignConfig(configPath)) ?? {}) };
}

/** What the source says of people, as commands: nothing is linked by an import alone. */
function proposals({ settings }: MovingParts, { links, letIn }: FoundPeople, isOwnFile: boolean): ProposedPerson[] {
  const { who } = settings.current();
  const proposed: ProposedPerson[] = links.map(({ person, channel, peer }) => {
    const identity = `${channel}:${peer}`;
    const known = channel !== "*" && who.whoIs(channel, "default", peer).person === person;
    const state = isOwnFile ? "file" : known ? "done" : channel === "*" ? "refused" : "proposed";
    const why = channel === "*" ? "the link names no channel: say which one" : null;
    return { identity, name: person, from: "session.identityLinks", state, command: `continuo people link ${identity} ${JSON.stringify(person)}`, why };
  });
  for (const { channel, account, senderId, file } of letIn) {
    const identity = `${account === "default" ? channel : `${channel}/${account}`}:${senderId}`;
    const known = settings.directory.isApproved(channel, account, senderId);
    proposed.push({ identity, name: null, from: file, state: known ? "done" : "proposed", command: "continuo import openclaw --link-people", why: null });
  }
  return proposed;
}

async function readConfig(path: string, troubles: Trouble[]): Promise<Fields | null> {
  try {
    return await readForeignConfig(path);
  } catch (error) {
    troubles.push({ file: "openclaw.json", line: null, why: error instanceof SyntaxError ? "it is no JSON5" : "it cannot be read" });
    return null;
  }
}

function templateOf(root: string, config: Fields | null): ((agentId: string) => string) | null {
  const store = textIn(asFields(config?.["session"]) ?? {}, "store");
  return store === null ? null : (agentId) => dirname(resolve(root, expandHome(store.replaceAll("{agentId}", agentId))));
}

function sentDoor({ store, clock, rooms: { media }, settings }: MovingParts, directory: string | null, dryRun: boolean): SentDoor {
  return {
    keep: createKeepSent({ put: dryRun ? null : media.put, limits: settings.current().config.messages.media, directory }),
    async letGo(refs) {
      for (const ref of refs) {
        const at = clock.now();
        if (await store.transaction((tx) => forgetUnheld(tx, ref))) await media.discard([ref], at);
      }
    },
  };
}

interface MovedJobs {
  readonly moved: NonNullable<ImportReport["jobs"]> | null;
  readonly notMapped: ImportReport["notMapped"];
  readonly troubles: readonly Trouble[];
}

/** After the sessions: where a job's words go is known by them. */
async function moveJobs({ rooms: { jobs } }: MovingParts, root: string, dryRun: boolean): Promise<MovedJobs> {
  const file = join("cron", "jobs.json");
  const text = await readFile(join(root, file), "utf8").catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" || error.code === "ENOTDIR" ? null : Promise.reject(error)));
  if (text === null) return { moved: null, notMapped: [], troubles: [] };
  try {
    const { added, there, off, without, refused } = await jobs.importFrom(text, dryRun);
    const unused = without.map(({ name, why }) => ({ what: `${why} of the job "${name}"`, count: 1, why: "not used here; the job runs without" }));
    const troubles = off.map(({ name, why }) => ({ file, line: null, why: `the job "${name}" is switched off: ${why}` }));
    return { moved: { added, there }, notMapped: [...refused.map(({ name, why }) => ({ what: `job "${name}"`, count: 1, why })), ...unused], troubles };
  } catch (error) {
    if (isContinuoError(error)) throw error;
    return { moved: null, notMapped: [], troubles: [{ file, line: null, why: "it is no file of jobs" }] };
  }
}

async function runImport(parts: MovingParts, from: string | null, dryRun: boolean): Promise<ImportReport> {
  const root = resolve(from ?? parts.paths.stateDir);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ContinuoError("REQUEST_INVALID", `${root} is no directory.`, { fields: { cure: "Name the state directory of OpenClaw with --from; usually it is ~/.openclaw." } });
  }
  const troubles: Trouble[] = [];
  const complain = (trouble: Trouble): void => void troubles.push(trouble);
  const path = join(root, "openclaw.json");
  const foreign = await readConfig(path, troubles);
  const people = await findPeople(root, foreign, complain);
  const source = await openSource(root, templateOf(root, foreign), complain);
  try {
    const { store, clock } = parts;
    const done = await importOpenClaw({
      ...{ store, clock, dryRun, agents: source.agents, troubles, sent: sentDoor(parts, join(root, "media"), dryRun), known: knownBy(parts, people.links) },
      onProgress: (count, total) => parts.onProgress({ phase: "import", done: count, total }),
      onImported: parts.onImported,
    });
    const jobs = await moveJobs(parts, root, dryRun);
    const asking = people.asking === 0 ? [] : [{ what: "pairing requests", count: people.asking, why: "their codes are of the other gateway: who asks again gets a new one" }];
    return {
      from: root,
      dryRun,
      ...listed({ ...done, troubles: [...done.troubles, ...jobs.troubles] }),
      people: proposals(parts, people, sameFile(path, parts.paths.configPath)),
      config: await noteConfig(parts, path, foreign, dryRun),
      notMapped: [...done.notMapped, ...asking, ...jobs.notMapped],
      ...(jobs.moved === null ? {} : { jobs: jobs.moved }),
    };
  } finally {
    await source.close();
  }
}

/** Of a report what one answer lists. */
function listed({ sessions, troubles, totals, notMapped }: Imported): Pick<ImportReport, "totals" | "sessions" | "notMapped" | "troubles" | "moreTroubles" | "moreSessions"> {
  return {
    ...{ totals, notMapped, sessions: sessions.slice(0, MOST_SESSIONS), troubles: troubles.slice(0, MOST_TROUBLES) },
    moreTroubles: Math.max(0, troubles.length - MOST_TROUBLES),
    moreSessions: Math.max(0, sessions.length - MOST_SESSIONS),
  };
}

async function runImportOne(parts: MovingParts, path: string, key: string | null): Promise<ImportReport> {
  const { store, clock, onImported } = parts;
  const known = knownBy(parts, []);
  const agent = await findOne(path, key, known.defaultAgentId).catch((error: unknown) => Promise.reject(explainDisk(error, path)));
  const onProgress = (done: number, total: number): void => parts.onProgress({ phase: "import", done, total });
  const done = await importOpenClaw({ store, clock, known, agents: [agent], troubles: [], dryRun: false, sent: sentDoor(parts, null, false), onProgress, onImported });
  return { from: path, dryRun: false, ...listed(done), people: [], config: { state: "none", path: null, differing: [] } };
}

async function writeJobs({ rooms: { jobs } }: MovingParts, to: string): Promise<{ readonly jobs?: number }> {
  const all = await jobs.exportAll();
  if (all === null) return {};
  const folder = join(to, "cron");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Written whole under another name first: half a file of jobs is none.
  const fresh = join(folder, "jobs.json.fresh");
  await writeFile(fresh, all.text, { mode: 0o600 });
  await rename(fresh, join(folder, "jobs.json"));
  return { jobs: all.count };
}

async function runExport(parts: MovingParts, typed: string, force: boolean): Promise<ExportReport> {
  const { store, clock, paths: { stateDir }, onProgress } = parts;
  const to = resolve(typed);
  if (sameFile(to, stateDir)) throw new ContinuoError("REQUEST_INVALID", `${to} is the gateway's own state directory.`, { fields: { cure: "Name another directory with --to." } });
  try {
    const report = await exportOpenClaw({ store, clock, to, force, onProgress: (done, total) => onProgress({ phase: "export", done, total }) });
    return { ...report, ...(await writeJobs(parts, to)) };
  } catch (error) {
    throw explainDisk(error, to);
  }
}

/** Moving in and out; one at a time. */
export function createMoving(parts: MovingParts): MovingDesk {
  let isBusy = false;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBusy) throw new ContinuoError("CHANGE_BUSY", "Another import or export is under way.");
    isBusy = true;
    try {
      return await work();
    } finally {
      isBusy = false;
    }
  };
  return {
    importOpenClaw: ({ from, dryRun }) => alone(() => runImport(parts, from, dryRun)),
    importSession: ({ path, key }) => alone(() => runImportOne(parts, resolve(path), key)),
    exportOpenClaw: ({ to, force }) => alone(() => runExport(parts, to, force)),
    rebuildMirror: (agentId) => alone(() => parts.rebuild(agentId, (done, total) => parts.onProgress({ phase: "mirror", done, total }))),
  };
}
