import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ROOT } from "../cli/built.ts";
import { until } from "../e2e/client.ts";
import { ENGINE } from "../store/engine.ts";
import { namesIn, observedHouse } from "./house.ts";

const DOCS = readFileSync(join(ROOT, "docs/observability.md"), "utf8");
const DASHBOARD = readFileSync(join(ROOT, "docs/grafana/continuo.json"), "utf8");
/** What PostgreSQL keeps to itself is not there on that engine. */
const NOT_HERE = ENGINE === "sqlite" ? /^$/ : /^continuo_store_(?:journal_bytes|damaged)$/;
/** What the library says of every Node process: described there, and here only where it is needed. */
const OF_EVERY_PROCESS = /^continuo_(?:process|nodejs)_/;

interface Dashboard {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }[];
}

/** The families, and the series that histograms print, with the label names that each had. */
function printedBy(text: string): Map<string, Set<string>> {
  const printed = new Map<string, Set<string>>(namesIn(text).map((name) => [name, new Set()]));
  for (const [, name = "", labels = ""] of text.matchAll(/^(continuo_\w+)(?:\{([^}]*)\})? /gm)) {
    const known = printed.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    printed.set(name, known);
  }
  return printed;
}

function metricsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b(continuo_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", labels = ""]) => ({ name, labels: [...labels.matchAll(/(\w+)[=!]/g)].map(([, label]) => label ?? "") }));
}

/** What `/metrics` prints once each kind of thing has happened. */
async function everythingPrinted(t: TestContext): Promise<string> {
  const release = Promise.withResolvers<void>();
  const behave = (_body: unknown, index: number) => (index === 0 ? ({ kind: "hold", until: release.promise, first: "Well, " } as const) : ({ kind: "reply" } as const));
  const house = await observedHouse(t, { config: { messages: { queue: { cap: 1, drop: "old" } } }, behave });
  const say = (message: string) => house.client.request("chat.send", { sessionKey: "main", message });
  await say("the first takes its time");
  await until("it is being answered", () => house.model.open() === 1);
  await say("one more than may wait");
  await say("the one that waits");
  release.resolve();
  await house.client.settled();
  await house.telegram.injectMessage({ chat: { id: -5, title: "a room" }, from: 9, text: "nobody is asked" });
  await house.telegram.injectMessage({ chat: 7, from: 7, text: "hello" });
  const seen = ['continuo_messages_unanswered_total{reason="old"} 1', 'reason="group_mention_required"', 'continuo_sends_total{channel="telegram",outcome="sent"} 1', 'continuo_stage_seconds_count{stage="journey"} 3'];
  return until("everything that is labelled was seen once", async () => {
    const now = await house.metrics();
    return seen.every((text) => now.includes(text)) ? now : null;
  });
}

test("what the documents say of the figures is so", async (t) => {
  const text = await everythingPrinted(t);

  await t.test("the table of docs/observability.md names every metric of ours, with its labels, and none that is not there", () => {
    const rows = [...DOCS.matchAll(/^\| `(continuo_\w+)(?:\{([\w,]+)\})?` \|/gm)].map(([, name = "", labels = ""]) => ({ name, labels: labels === "" ? [] : labels.split(",") }));
    const printed = printedBy(text);
    assert.deepEqual(rows.filter(({ name }) => !printed.has(name) && !NOT_HERE.test(name)), []);
    const names = new Set(rows.map(({ name }) => name));
    assert.deepEqual(namesIn(text).filter((name) => !OF_EVERY_PROCESS.test(name) && !names.has(name)), []);
    for (const { name, labels } of rows.filter((row) => !OF_EVERY_PROCESS.test(row.name) && printed.has(row.name))) {
      const seen = new Set([...(printed.get(name) ?? []), ...(printed.get(`${name}_count`) ?? [])]);
      assert.deepEqual([...seen].toSorted(), labels.toSorted(), name);
    }
  });

  await t.test("every alert, and every panel of the dashboard, asks for metrics and labels that are there", () => {
    const printed = printedBy(text);
    const { panels } = JSON.parse(DASHBOARD) as Dashboard;
    const alerts = [...DOCS.matchAll(/^ {8}expr: (.*)$/gm)].map(([, expr = ""]) => expr);
    const asked = [...alerts, ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
    assert.ok(asked.length > 40);
    for (const { name, labels } of asked.flatMap(metricsIn).filter((one) => !NOT_HERE.test(one.name))) {
      assert.ok(printed.has(name), name);
      for (const label of labels) assert.ok(printed.get(name)?.has(label), `${name}{${label}}`);
    }
    const shown = new Set(asked.flatMap(metricsIn).map(({ name }) => name.replace(/_(?:bucket|count|sum)$/, "")));
    assert.deepEqual(namesIn(text).filter((name) => !OF_EVERY_PROCESS.test(name) && !shown.has(name)), [], "a metric of ours is in no panel");
  });

  await t.test("the dashboard has a uid, one variable for the data source, and panels that do not lie on each other", () => {
    const { uid, templating, panels } = JSON.parse(DASHBOARD) as Dashboard;
    assert.equal(uid, "continuo");
    assert.deepEqual(templating.list.map(({ name, type }) => [name, type]), [["datasource", "datasource"]]);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = new Set<string>();
    for (const { title, gridPos, type, datasource, targets = [] } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      if (type !== "row") for (const { uid: source } of [datasource, ...targets.map((target) => target.datasource)].flatMap((one) => one ?? [])) assert.equal(source, "${datasource}", title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!cells.has(`${x}/${y}`), title);
          cells.add(`${x}/${y}`);
        }
      }
    }
  });
});
