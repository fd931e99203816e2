/** P14. CONTINUO_KILL_LOOPS says how often the gateway is killed; a few times by default. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { startOnlookers } from "./onlookers.ts";
import { createSpeaker, marksOf, openScene } from "./scene.ts";
import { sqliteOnly } from "../store/engine.ts";
import { bundleVictim } from "./victim.ts";

const KILLS = Number(process.env["CONTINUO_KILL_LOOPS"] ?? 3);
const SESSIONS = 10;
const EACH = 4;
/** Whoever asks for many kills sees how far they are. */
const TOLD_EVERY = 50;

const bundle = await bundleVictim();
after(() => bundle.remove());

test("P14 kill -9 with commands and another program reading beside: the database is whole each time, and every acknowledged message is in it", { timeout: 7_200_000, ...sqliteOnly("its file is looked at by another program") }, async (t) => {
  const scene = await openScene(t, bundle, { config: { session: { mirror: false } } });
  const first = await scene.start();
  await first.victim.kill();
  const onlookers = startOnlookers(t, scene.stateDir, [["sessions", "--json"], ["outbox", "list", "--json"]]);
  const speaker = createSpeaker();
  let counter = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { victim, client } = await scene.start();
    await speaker.sayAgain(client);
    const target = speaker.acknowledged.size + 1 + ((kill * 7) % (SESSIONS * EACH - 5));
    const talk = async (session: string): Promise<void> => {
      for (let i = 0; i < EACH; i++) {
        const mark = `mark-${++counter}`;
        await speaker.say(client, [{ mark, session }]);
        if (speaker.acknowledged.size >= target) void victim.kill();
        if (!speaker.acknowledged.has(mark)) return;
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, index) => talk(`room-${index}`)));
    await victim.kill();
    await client.close();
    const database = new DatabaseSync(join(scene.stateDir, "continuo", "continuo.sqlite"), { readOnly: true });
    // Whoever comes first after a crash brings the journal in; the others wait for it.
    database.exec("pragma busy_timeout = 10000");
    assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, { integrity_check: "ok" }, `after kill ${kill + 1}`);
    const stored = new Set((database.prepare("select message from inbox").all() as { message: string }[]).flatMap(({ message }) => marksOf(message)));
    const lost = [...speaker.acknowledged].filter((mark) => !stored.has(mark));
    assert.deepEqual(lost, [], `after kill ${kill + 1}`);
    database.close();
    if ((kill + 1) % TOLD_EVERY === 0) console.error(`${kill + 1} of ${KILLS} kills: ${speaker.acknowledged.size} messages acknowledged, none lost`);
  }
  const { reader, commands } = await onlookers.stop();
  assert.deepEqual(reader.errors, []);
  // A command that asks the gateway says so when it dies meanwhile; none says anything of the database.
  assert.deepEqual(commands.errors.filter((words) => !words.includes("[GATEWAY_")), []);
  assert.ok(reader.reads > 0 && commands.reads > 0);
  t.diagnostic(`${KILLS} kills, ${speaker.acknowledged.size} of ${counter} messages acknowledged: 0 lost, every page sound; ${reader.reads} reads and ${commands.reads} commands beside`);
});
