/** Somebody with a tool of their own: reads the database over and over, opening it anew each time, until its parent goes. */
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";

const [path = "", holdMs = "5"] = process.argv.slice(2);
const counted = { reads: 0, errors: [] as string[] };
const state = { stop: false };
process.on("message", () => (state.stop = true));
process.once("disconnect", () => (state.stop = true));

while (!state.stop) {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    database.exec("pragma busy_timeout = 2000; begin");
    database.prepare("select count(*), sum(length(text)) from entries").get();
    await sleep(Number(holdMs));
    database.exec("commit");
    database.close();
    counted.reads += 1;
  } catch (error) {
    counted.errors.push((error as Error).message);
  }
  await sleep(2);
}
process.send?.(counted);
process.disconnect?.();
