/** Keeps an image in the state directory that it is given, and is killed before the database hears of it. */
import { join } from "node:path";
import { createIds } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createHouseMedia } from "../../src/main/media.ts";
import { upsertMedia } from "../../src/store/statements/upsert-media.ts";
import type { Store } from "../../src/store/store.ts";
import { storeIn } from "../store/database.ts";
import { png } from "./pictures.ts";

const directory = process.argv[2] ?? "";
const store = await storeIn(directory);
const run: Store["run"] = (statement, params) => {
  if ((statement as unknown) === upsertMedia) process.kill(process.pid, "SIGKILL");
  return store.run(statement, params);
};
const settings = { current: () => ({ config: { store: {}, messages: { media: {} } } }) } as never;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const { media } = createHouseMedia({ store: { ...store, run }, clock: systemClock, ids: createIds(systemClock), log: quiet, settings, directory: join(directory, "continuo", "media") });
await media.put(png(1), "image/png");
