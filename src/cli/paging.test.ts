import assert from "node:assert/strict";
import { test } from "node:test";
import { command } from "./command.ts";
import { moreLines, paged, pageOf, type PageOptions } from "./paging.ts";

function optionsOf(...argv: string[]): PageOptions {
  return paged(command("list", "a list", []))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(argv, { from: "user" })
    .opts();
}

test("a page is 50 rows from the beginning unless told", () => {
  assert.deepEqual(optionsOf(), { limit: 50, offset: 0 });
  assert.deepEqual(optionsOf("--limit", "2", "--offset", "4"), { limit: 2, offset: 4 });
  for (const wrong of [["--limit", "0"], ["--offset=-1"], ["--offset", "1.5"]]) assert.throws(() => optionsOf(...wrong), { code: "commander.invalidArgument" });
});

test("the rest of a list is counted with the offset that shows it, and the last page says nothing", () => {
  const rows = [1, 2, 3, 4, 5];
  assert.deepEqual(pageOf(rows, { limit: 2, offset: 2 }), [3, 4]);
  assert.deepEqual(moreLines(5, 2, { limit: 2, offset: 2 }), ["1 more: --offset 4"]);
  assert.deepEqual(moreLines(5, 1, { limit: 2, offset: 4 }), []);
  assert.deepEqual(moreLines(5, 0, { limit: 2, offset: 9 }), []);
});
