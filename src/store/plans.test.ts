/** Law 8: what is asked costs what is shown. No statement reads a whole table, but for those that are named here, each with why. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { sqliteOnly } from "../../test/store/engine.ts";
import { sqliteBuilder } from "./engines/dialect.ts";
import { migrateSqlite } from "./migrate.ts";
import { compileStatement, type Statement } from "./statement.ts";

const STATEMENTS = fileURLToPath(new URL("statements", import.meta.url));

/** Statements that walk over a table or an index to its end, and why they may. */
const MAY_SCAN: Readonly<Record<string, string>> = {
  countOpenDeliveries: "what was not sent",
  countOpenItems: "what waits",
  boundDeliveryWaits: "replies that wait, once at a start",
  listPrivateChats: "chats that are off the record, once at a start",
  pruneStrayJobRuns: "runs of jobs, once at a start",
  listMoves: "a row for each move to another database",
  listQueueDepths: "the same",
  pruneSetbacks: "items with which something went wrong",
  listAgentsWithSessions: "a change of who shares what is planned over all sessions",
  countSpokenSessions: "the map of who may read what is made when it is asked for",
  listSpeakers: "the same",
  listSharedSpeakers: "the security audit looks at all that is shared",
  pageSenders: "everybody who ever spoke, when the list of people is asked for",
  findEldestPerson: "persons, when one of them is made the owner",
  forgetGateways: "a row for each gateway",
  listLiveGateways: "the same",
  releaseForeignLeases: "a row for each channel",
  purgeAgentEvents: "the end of a self-test",
  purgeAgentInbox: "the same",
  purgeAgentOutbox: "the same",
  purgeAgentTurns: "the same",
};

/** Walks along these from one end, and stops where their statement's limit is. */
const LIMITED: readonly string[] = ["listChanges", "dropLoneAsides", "listApprovals", "listParticipants", "findNewestSignal", "findNewestDelivery", "listTrash", "listSearchQueue", "findSearchState", "findLastSealed", "findNewestErasure", "findNewestEvent", "findNewestSeal", "listErasures"];

/** Walks over these are as long as what is in their state, whatever is stored. */
const SMALL_INDEXES = /INDEX (outbox_sending|inbox_claimed|trash_under_way|turns_running|pairings_open|agreements_agreed)\b/;

/** What the planner makes of subqueries of its own: as long as their inner statements, which are looked at themselves. */
const OWN = /^SCAN (page|newest|hits)$/;

/** What the index of words finds, and the values of a list that is given; the first column is the constraint that is used. */
const GIVEN = /^SCAN \S+ VIRTUAL TABLE INDEX (?:\d+:\S*M\d*\S*|1:)$/;

interface Named {
  readonly name: string;
  readonly statement: Statement<never, unknown>;
}

async function statements(): Promise<Named[]> {
  const files = readdirSync(STATEMENTS).filter((name) => !name.endsWith(".test.ts"));
  const modules = await Promise.all(files.map((name) => import(`./statements/${name}`) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (typeof value === "object" && value !== null && "build" in value ? [{ name, statement: value as Named["statement"] }] : [])),
  );
}

function planOf(database: DatabaseSync, { statement }: Named): string[] {
  const { sql, bind } = compileStatement(sqliteBuilder(), statement, "sqlite");
  const values = bind({}).map(() => "1");
  return database.prepare(`explain query plan ${sql}`).all(...values).map((row) => String(row["detail"]));
}

test("no statement reads a whole table, but for those that say why", sqliteOnly("what its planner does"), async (t) => {
  const database = new DatabaseSync(":memory:");
  migrateSqlite(database);
  const all = await statements();
  const scans = all.flatMap((one) => {
    const found = planOf(database, one).filter((line) => /^SCAN (?!CONSTANT)/.test(line) && !SMALL_INDEXES.test(line) && !OWN.test(line) && !GIVEN.test(line));
    return found.length === 0 ? [] : [{ name: one.name, found }];
  });
  database.close();
  t.diagnostic(`${all.length} statements, ${scans.length} of which walk over all of something`);
  const known = [...Object.keys(MAY_SCAN), ...LIMITED];
  assert.deepEqual(scans.filter(({ name }) => !known.includes(name)), [], "a statement reads a whole table");
  const named = scans.map(({ name }) => name);
  assert.deepEqual(known.filter((name) => !named.includes(name)), [], "this one does not any more: take it off the list");
});

test("no statement is planned anew each time that it runs", async () => {
  const all = (await statements()).map(({ name, statement }) => ({ name, sql: compileStatement(sqliteBuilder(), statement, "sqlite").sql }));
  assert.deepEqual(all.filter(({ sql }) => /\blimit \?/i.test(sql)).map(({ name }) => name), []);
});
