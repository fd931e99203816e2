import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, writeFile, type FileHandle } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import type { Media } from "../media/index.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { EraseAnswer, RightsDesk } from "../operations/index.ts";
import { beginErasure, exportPerson, finishErasure, isSameSubject, namedInFile, preview, readCertificate, runningErasures, scan, subjectOf, whoIsMeant, type Certificate, type EraseParts, type ExportSink, type ScannedFile, type Sighting, type Subject, type Surroundings, type WhoIsWho } from "../rights/index.ts";
import { everyTable } from "../store/erase/table-rows.ts";
import { readHead, type Head } from "../store/seals/chain.ts";
import { headOf, unsealed } from "../store/seals/seal.ts";
import { verifyLedger } from "../store/seals/verify.ts";
import type { Store } from "../store/store.ts";
import { stamp } from "./backup.ts";
import { statePaths } from "./state-paths.ts";

interface HouseAround extends Omit<Surroundings, "files" | "backups" | "discard"> {
  /** Erasing is for one gateway at a time; null while another one does. What it resolves to gives it back. */
  claim(): Promise<(() => Promise<void>) | null>;
  readonly media: Pick<Media, "discard" | "read">;
}

export interface RightsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly version: string;
  readonly stateDir: string;
  readonly who: WhoIsWho;
  readonly around: HouseAround;
  /** Directories that the mirror writes to. */
  mirrors(): readonly string[];
  onProgress(progress: { readonly phase: string; readonly done: number; readonly total: number }): void;
}

export interface RunningRights extends RightsDesk {
  /** Goes on with what a killed process left in the middle. */
  resume(): Promise<void>;
}

const FILE_MODE = 0o600;
/** How much is looked for at most of lines that wait for their seal. */
const MOST_UNSEALED = 1_000;
const HEAD_FILE = "ledger-head.json";

export function headFile(stateDir: string): string {
  return join(statePaths(stateDir).directory, HEAD_FILE);
}

function certificatesIn(stateDir: string): string {
  return join(statePaths(stateDir).directory, "erasures");
}

async function namesIn(directory: string): Promise<string[]> {
  return existsSync(directory) ? readdir(directory) : [];
}

async function* linesOf(path: string): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line !== "") yield line;
  }
}

async function* wholeOf(path: string): AsyncGenerator<unknown> {
  yield await readFile(path, "utf8");
}

/** The readable files beside the database, and those that lie next to them because a crash left them. */
async function* mirrorFiles(directories: readonly string[]): AsyncGenerator<ScannedFile> {
  for (const directory of directories.flatMap((one) => [one, `${one}.continuo`])) {
    for (const name of await namesIn(directory)) {
      const path = join(directory, name);
      if (name.includes(".jsonl")) yield { name: path, values: linesOf(path) };
      else if (name.startsWith("sessions.json")) yield { name: path, values: wholeOf(path) };
    }
  }
}

async function* only(value: unknown): AsyncGenerator<unknown> {
  yield value;
}

/** What was sent with messages, by its hash. */
async function* sentFiles(directory: string): AsyncGenerator<ScannedFile> {
  for (const prefix of await namesIn(directory)) {
    for (const name of await namesIn(join(directory, prefix))) yield { name: join(directory, prefix, name), values: only(`${prefix}${name}`) };
  }
}

async function* everyFile({ stateDir, mirrors }: RightsParts): AsyncGenerator<ScannedFile> {
  yield* mirrorFiles(mirrors());
  yield* sentFiles(statePaths(stateDir).media);
}

/** A head that a gateway noted beside the database; null where there is none that can be read. */
async function notedHead(stateDir: string): Promise<Head | null> {
  try {
    return readHead((JSON.parse(await readFile(headFile(stateDir), "utf8")) as { head: string }).head);
  } catch {
    return null; // a file that is not there says nothing, and one that was cut off says as much
  }
}

async function certificateHeads(stateDir: string): Promise<Head[]> {
  const heads: Head[] = [];
  for (const name of await namesIn(certificatesIn(stateDir))) {
    const read = JSON.parse(await readFile(join(certificatesIn(stateDir), name), "utf8")) as unknown;
    const { n, hash } = readCertificate(read).ledger;
    heads.push({ n, hash });
  }
  return heads;
}

function createFiles(parts: RightsParts, backups: readonly string[]): Pick<Surroundings, "files" | "backups" | "discard"> {
  return { files: () => everyFile(parts), backups: () => backups.map((name) => join(parts.stateDir, "backups", name)), discard: parts.around.media.discard };
}

async function eraseParts(parts: RightsParts): Promise<EraseParts> {
  const { store, clock, ids, version, stateDir, around, onProgress } = parts;
  const backups = await namesIn(join(stateDir, "backups"));
  return { store, clock, ids, version, onProgress, around: { ...around, ...createFiles(parts, backups) } };
}

async function keep(stateDir: string, certificate: Certificate): Promise<string> {
  await mkdir(certificatesIn(stateDir), { recursive: true, mode: 0o700 });
  const path = join(certificatesIn(stateDir), `${certificate.pseudonym}.json`);
  await writeFile(path, `${JSON.stringify(certificate, null, 1)}\n`, { mode: FILE_MODE });
  return path;
}

/** One that was begun is gone on with: its person's name may be gone already. */
async function meant(parts: RightsParts, name: string) {
  const running = await runningErasures(parts.store);
  const asked = ((): Subject | null => {
    try {
      return whoIsMeant(parts.who, name);
    } catch (error) {
      if (running.length === 0) throw error;
      return null;
    }
  })();
  const wanted: Subject = asked ?? { name, personId: null, isOwner: false, accounts: [] };
  const begun = running.find((row) => {
    const subject = subjectOf(row);
    return subject !== null && isSameSubject(subject, wanted);
  });
  const subject = begun === undefined ? asked : subjectOf(begun);
  if (subject === null) throw new ContinuoError("PEOPLE_UNKNOWN", `There is no person called ${JSON.stringify(name)}.`);
  return { subject, begun };
}

function withLedger(counts: Readonly<Record<string, number>>, rewritten: number): Readonly<Record<string, number>> {
  return rewritten === 0 ? counts : { ...counts, "lines of the ledger, rewritten": rewritten };
}

const READ_BY_OTHERS = "Another program reads the database: its journal holds their ids until that program lets go of it.";

/** An account that was never heard of is a slip of the pen. */
async function refuseNobody(setting: EraseParts, subject: Subject, name: string): Promise<void> {
  const { removed, ledger } = await preview(setting, subject);
  if (ledger === 0 && Object.keys(removed.counts).length === 0) throw new ContinuoError("PEOPLE_UNKNOWN", `Nothing is kept of ${JSON.stringify(name)}.`, { fields: { name } });
}

async function erase(parts: RightsParts, { name, dryRun, owner }: Parameters<RightsDesk["erase"]>[0]): Promise<EraseAnswer> {
  const { subject, begun } = await meant(parts, name);
  if (subject.isOwner && !owner) throw new ContinuoError("PEOPLE_IS_OWNER", `${name} is the owner: the main conversation would be erased as well.`);
  const left = namedInFile(parts.who, subject).map((place) => `The configuration file still names them (${place}): take it out there.`);
  const setting = await eraseParts(parts);
  const backups = setting.around.backups();
  if (dryRun) {
    const { removed, ledger } = await preview(setting, subject);
    return { applied: false, removed: withLedger(removed.counts, ledger), sessions: removed.sessions, certificate: null, path: null, left, backups };
  }
  if (begun === undefined && subject.name === null) await refuseNobody(setting, subject, name);
  const { certificate, isCleared } = await finishErasure(setting, begun ?? (await beginErasure(setting, subject)));
  const path = await keep(parts.stateDir, certificate);
  const { removed, sessions, ledger } = certificate;
  return { applied: true, removed: withLedger(removed, ledger.rewritten), sessions, certificate, path, left: isCleared ? left : [...left, READ_BY_OTHERS], backups };
}

async function check(parts: RightsParts, value: unknown) {
  const { salt, pseudonym, identities, marks, files, shortTexts } = readCertificate(value);
  const found = new Map<string, Sighting & { count: number }>();
  const note = (sighting: Sighting): void => {
    const key = `${sighting.what} ${sighting.where}`;
    found.set(key, { ...sighting, count: (found.get(key)?.count ?? 0) + 1 });
  };
  const { store, onProgress } = parts;
  const scanned = await scan({ store, tables: everyTable(), files: everyFile(parts) }, { salt, identities: new Set(identities), marks: new Set(marks), files: new Set(files) }, note, (done, total) => onProgress({ phase: "check", done, total }));
  return { ok: found.size === 0, who: pseudonym, checked: { ...scanned, identities: identities.length, passages: marks.length, sentFiles: files.length, shortTexts }, found: [...found.values()].map(({ what, where, count }) => ({ what, where, count })) };
}

/** The directory of an export with what they sent. */
const SENT = "media";

/** False: its bytes are not kept any more. */
async function copySent({ around: { media } }: RightsParts, directory: string, name: string, ref: string): Promise<boolean> {
  const bytes = await media.read(ref);
  if (bytes === null) return false;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, name), bytes, { flag: "wx", mode: FILE_MODE });
  return true;
}

async function writeExport(parts: RightsParts, name: string, to: string | null) {
  const { store, clock, stateDir, who, onProgress } = parts;
  const subject = whoIsMeant(who, name);
  if (to !== null && !isAbsolute(to)) throw new ContinuoError("REQUEST_INVALID", "`to` has to be an absolute path.");
  const directory = to ?? join(stateDir, "exports", `export-${stamp(clock.now())}`);
  if ((await namesIn(directory)).length > 0) throw new ContinuoError("REQUEST_INVALID", `${directory} is not empty.`, { fields: { cure: "Name a directory that is empty or new." } });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const begin = (file: string): Promise<FileHandle> => open(join(directory, file), "wx", FILE_MODE);
  const [json, html] = await Promise.all([begin("export.json"), begin("export.html")]);
  try {
    const sink: ExportSink = {
      json: async (text) => void (await json.write(text)),
      html: async (text) => void (await html.write(text)),
      file: (name, ref) => copySent(parts, join(directory, SENT), name, ref),
    };
    const exported = await exportPerson(store, subject, clock.now(), sink, (done, total) => onProgress({ phase: "look", done, total }));
    return { ...exported, path: directory, files: ["export.json", "export.html", ...(exported.sent > 0 ? [SENT] : [])] };
  } finally {
    await Promise.all([json.close(), html.close()]);
  }
}

/** What people may ask for of what is kept of them, and whether the ledger is what was written. */
export function createRights(parts: RightsParts): RunningRights {
  const { store, stateDir, onProgress } = parts;
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: two erasures would wait for each other's conversations anyway.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined); // whoever asked for it is told
    return next;
  };
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = await parts.around.claim();
    if (release === null) throw new ContinuoError("CHANGE_BUSY", "Another gateway erases somebody at the moment.");
    try {
      return await work();
    } finally {
      await release();
    }
  };
  return {
    export: (name, to) => writeExport(parts, name, to),
    erase: (wish) => inTurn(() => (wish.dryRun ? erase(parts, wish) : alone(() => erase(parts, wish)))),
    check: (certificate) => check(parts, certificate),
    async verifyLedger(noted) {
      const [file, certificates] = await Promise.all([notedHead(stateDir), certificateHeads(stateDir)]);
      const heads = [...certificates, ...(file === null ? [] : [file]), ...(noted === null ? [] : [noted])];
      return verifyLedger(store, heads, (done, total) => onProgress({ phase: "ledger", done, total }));
    },
    async ledger() {
      const [head, waiting] = await Promise.all([headOf(store), unsealed(store, MOST_UNSEALED)]);
      return { head, unsealed: waiting.length, oldestAt: waiting[0]?.at ?? null };
    },
    resume: () =>
      inTurn(async () => {
        if ((await runningErasures(store)).length === 0) return;
        await alone(async () => {
          for (const row of await runningErasures(store)) await keep(stateDir, (await finishErasure(await eraseParts(parts), row)).certificate);
        });
      }),
  };
}
