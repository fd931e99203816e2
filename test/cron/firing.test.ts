import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ContinuoError } from "../../src/domain/errors.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { findSession } from "../../src/store/statements/find-session.ts";
import { rowsIn, tamperIn } from "../store/database.ts";
import { hang, message, say, startHarness, until, type Harness, type HarnessOptions } from "../line/harness.ts";
import { handClock, HOUR, jobsBeside, MINUTE, runRows, START } from "./kit.ts";

const MAIN = "agent:main:main";
const NEWS = { kind: "agentTurn", message: "Tell the news." } as const;
const HOURLY = { kind: "every", everyMs: HOUR } as const;
/** 42 is the owner; 7 is somebody else. */
const OWNED = { channels: { telegram: { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open" } }, session: { owner: ["telegram:42"] } } as unknown as HarnessOptions["config"] & object;

async function house(t: TestContext, options: HarnessOptions = {}) {
  const clock = handClock();
  const h = await startHarness({ config: OWNED, clock, ...options });
  const jobs = jobsBeside(h, clock);
  jobs.scheduler.start();
  t.after(async () => {
    await jobs.scheduler.stop();
    await h.close();
  });
  const goOn = async (ms: number): Promise<void> => {
    clock.go(ms);
    await jobs.settled();
  };
  return { h, clock, jobs, goOn };
}

async function writes(h: Harness, text: string, said = {}): Promise<void> {
  await h.receive(message(text, said));
  await h.settled();
}

function sentTo(h: Harness, chat: string): string[] {
  return h.channel("telegram").sent.filter(({ address }) => address.chat === chat).map(({ part }) => part.text);
}

test("P17 a job of its own session is sent to where the owner was last, once, and whoever answers is understood", async (t) => {
  const { h, jobs, goOn } = await house(t, { answers: { echo: (request) => say(request.messages.at(-1)?.text.includes("Tell the news") ? "It rains." : "Understood.") } });
  await writes(h, "hello");
  const job = await jobs.add({ name: "News", schedule: HOURLY, payload: NEWS });
  assert.equal(job.sessionTarget, "isolated");
  await goOn(HOUR);
  assert.deepEqual(sentTo(h, "42").slice(1), ["It rains."]);
  const [run, ...more] = await runRows(h);
  assert.deepEqual([run?.status, run?.kind, run?.due_at, run?.delivery, more.length], ["ok", "due", START + HOUR, "delivered", 0]);
  assert.match(run?.session_key ?? "", new RegExp(`^agent:main:cron:${job.id}:run:[0-9a-f-]{36}$`));
  await writes(h, "yes");
  const asked = h.requests.at(-1)?.messages ?? [];
  assert.equal(asked.filter(({ text }) => text === "It rains.").length, 1, "its agent has to know what was sent");
  assert.equal(asked.findIndex(({ role, text }) => role === "assistant" && text === "It rains.") > 0, true, "a conversation does not begin with an answer");
  const [now] = await jobs.desk.list();
  assert.deepEqual([now?.state.lastRunStatus, now?.state.lastDelivered, now?.state.lastDeliveryStatus, now?.state.nextRunAtMs], ["ok", true, "delivered", START + 2 * HOUR]);
});

test("each run has a session of its own, which knows nothing of the one before, and never moves a route", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "hello");
  const before = (await h.store.get(findSession, { key: MAIN }))?.last_route;
  await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "announce", channel: "telegram", to: "-100" } });
  await goOn(HOUR);
  await goOn(HOUR);
  const runs = await runRows(h);
  assert.equal(new Set(runs.map(({ session_key }) => session_key)).size, 2);
  assert.deepEqual(h.requests.slice(1).map(({ messages }) => messages.length), [1, 1]);
  assert.equal(sentTo(h, "-100").length, 2);
  assert.equal((await h.store.get(findSession, { key: MAIN }))?.last_route, before);
});

test("P7 a job whose words would reach nobody is refused, in the words that clients know, with its cure", async (t) => {
  const { h, jobs } = await house(t);
  const refused = await jobs.add({ schedule: HOURLY, payload: NEWS }).then(() => null, (error: unknown) => error);
  assert.ok(refused instanceof ContinuoError);
  assert.equal(refused.message, "Channel is required when delivery.channel=last has no previous channel.");
  assert.match(refused.cure, /Set delivery\.channel explicitly/);
  await assert.rejects(jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "announce", channel: "discord", to: "5" } }), { code: "CHANNEL_UNKNOWN" });
  assert.deepEqual(await jobs.desk.list(), []);
  await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "none" } });
  await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "announce", bestEffort: true } });
  assert.equal((await jobs.desk.list()).length, 2);
  assert.equal(h.channel("telegram").sent.length, 0);
});

test("a chat that has gone between the making of a job and its run makes the run an error, or nothing where that was said", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "hello");
  await jobs.add({ name: "Strict", schedule: HOURLY, payload: NEWS });
  await jobs.add({ name: "Mild", schedule: HOURLY, payload: NEWS, delivery: { mode: "announce", channel: "last", bestEffort: true } });
  await tamperIn(h.directory, "update sessions set last_route = null");
  await goOn(HOUR);
  const byName = new Map((await jobs.desk.list()).map(({ name, state }) => [name, state]));
  assert.deepEqual([byName.get("Strict")?.lastRunStatus, byName.get("Mild")?.lastRunStatus], ["error", "ok"]);
  assert.match(byName.get("Strict")?.lastError ?? "", /^Channel is required when delivery\.channel=last has no previous channel\. /);
  assert.equal(byName.get("Mild")?.lastDeliveryStatus, "not-delivered");
});

test("an event for the main session is answered there, and sent on to where the owner was last", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "hello");
  await jobs.add({ schedule: HOURLY, payload: { kind: "systemEvent", text: "The kettle boils." } });
  const asked = (await h.store.get(describeSession, { key: MAIN }))?.interaction_at;
  await goOn(HOUR);
  const texts = await h.texts(MAIN);
  assert.deepEqual(texts.slice(-2), ["system: The kettle boils.", "assistant: echo: The kettle boils."]);
  assert.deepEqual(sentTo(h, "42").slice(1), ["echo: The kettle boils."]);
  assert.equal((await h.store.get(describeSession, { key: MAIN }))?.interaction_at, asked, "nobody has said anything");
});

test("an event that wakes nobody is known with the next turn; one in an empty house is kept for whoever comes", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await jobs.add({ schedule: HOURLY, payload: { kind: "systemEvent", text: "The kettle boils." }, wakeMode: "next-heartbeat" });
  await goOn(HOUR);
  assert.equal(h.requests.length, 0);
  assert.deepEqual(await h.texts(MAIN), ["system: The kettle boils."]);
  assert.equal((await runRows(h))[0]?.status, "ok");
  await writes(h, "hello");
  assert.deepEqual(h.requests[0]?.messages.map(({ text }) => text), ["The kettle boils.", "hello"]);
});

test("a job that is done once is done once, and gone; one that is to be kept is switched off", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "hello");
  const at = new Date(START + MINUTE).toISOString();
  await jobs.add({ name: "Goes", schedule: { kind: "at", at }, payload: NEWS });
  await jobs.add({ name: "Stays", schedule: { kind: "at", at }, payload: NEWS, deleteAfterRun: false });
  await goOn(3 * HOUR);
  await goOn(3 * HOUR);
  assert.equal(sentTo(h, "42").length, 3);
  const left = await jobs.desk.list();
  assert.deepEqual(left.map(({ name, enabled, state }) => [name, enabled, state.lastRunStatus, state.nextRunAtMs]), [["Stays", false, "ok", undefined]]);
  await assert.rejects(jobs.add({ schedule: { kind: "at", at }, payload: NEWS }), /is past/);
});

test("a job that is still running when it comes due again is not begun again: the instant says why", async (t) => {
  const { h, clock, jobs } = await house(t, { answers: { echo: (request) => (request.messages.at(-1)?.text.includes("news") ? hang() : say("ok")) } });
  await writes(h, "hello");
  const job = await jobs.add({ schedule: HOURLY, payload: NEWS });
  clock.go(HOUR);
  jobs.scheduler.wake();
  await until("it runs", () => h.requests.length === 2);
  clock.go(HOUR);
  await until("the next one is noted", async () => {
    jobs.scheduler.wake();
    return (await runRows(h)).length === 2;
  });
  assert.deepEqual((await runRows(h)).map(({ status, error, due_at }) => [status, error, due_at]), [["running", null, START + HOUR], ["skipped", "The run before this one is still going on.", START + 2 * HOUR]]);
  assert.deepEqual(await jobs.desk.run(job.id, "force"), { ran: false, reason: "already-running" });
  assert.equal(h.requests.length, 2);
  await jobs.desk.remove(job.id);
  assert.deepEqual(await runRows(h), []);
});

test("what was missed is done once, late, and then as before: an hour that is skipped is one run, and a clock set back none", async (t) => {
  const { h, clock, jobs, goOn } = await house(t);
  await jobs.add({ schedule: { kind: "every", everyMs: MINUTE }, payload: NEWS, delivery: { mode: "none" } });
  await goOn(HOUR + 30_000);
  assert.deepEqual((await runRows(h)).map(({ due_at }) => due_at), [START + MINUTE]);
  await goOn(MINUTE);
  assert.deepEqual((await runRows(h)).map(({ due_at }) => due_at), [START + MINUTE, START + HOUR + MINUTE]);
  clock.set(START);
  for (let i = 0; i < 10; i++) await goOn(MINUTE);
  assert.equal((await runRows(h)).length, 2);
});

test("a session that is named is used as it is, with its own readers; one of a chat that nobody wrote in is nobody's to begin", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "the owner's secret");
  await writes(h, "I am seven", { sender: "7" });
  const theirs = "agent:main:telegram:dm:7";
  await jobs.add({ schedule: HOURLY, payload: NEWS, sessionTarget: `session:${theirs}` });
  await goOn(HOUR);
  const asked = h.requests.at(-1)?.messages.map(({ text }) => text).join("\n") ?? "";
  assert.match(asked, /I am seven/);
  assert.doesNotMatch(asked, /secret/);
  assert.equal(sentTo(h, "7").length, 2, "it goes to where that session was last reached");
  assert.equal(sentTo(h, "42").length, 1);
  assert.deepEqual((await rowsIn(h.directory, "select distinct audience from entries where session_key = ?", theirs)).map(({ audience }) => audience), ["peer:telegram:default:7"]);
  await assert.rejects(jobs.add({ schedule: HOURLY, payload: NEWS, sessionTarget: "session:agent:main:telegram:dm:99" }), { code: "SESSION_NOT_FOUND" });
  await assert.rejects(jobs.add({ schedule: HOURLY, payload: NEWS, sessionTarget: "current" }), { code: "REQUEST_INVALID" });
  const own = await jobs.add({ schedule: HOURLY, payload: NEWS, sessionTarget: "session:diary", delivery: { mode: "none" } });
  assert.equal(own.sessionTarget, "session:diary");
});

test("law 5: what is made of the owner's words is not sent to a room; the owner is told, and it waits", async (t) => {
  const { h, jobs, goOn } = await house(t);
  await writes(h, "the owner's secret");
  await jobs.add({ schedule: HOURLY, payload: { kind: "systemEvent", text: "Sum it up." }, delivery: { mode: "announce", channel: "telegram", to: "-100" } });
  await goOn(HOUR);
  await h.settled();
  assert.deepEqual(sentTo(h, "-100"), []);
  assert.equal((await rowsIn(h.directory, "select state from outbox where chat = '-100'"))[0]?.["state"], "held");
  await until("the owner is told", () => sentTo(h, "42").some((text) => text.includes("would read")));
  assert.equal((await jobs.desk.runs({ id: null, limit: 5, offset: 0 }))[0]?.deliveryStatus, "held");
});

test("answers that are for nobody are sent to nobody", async (t) => {
  for (const text of ["NO_REPLY", " HEARTBEAT_OK\n"]) {
    const { h, jobs, goOn } = await house(t, { answers: { echo: (request) => say(request.messages.at(-1)?.text.includes("news") ? text : "ok") } });
    await writes(h, "hello");
    await jobs.add({ schedule: HOURLY, payload: NEWS });
    await goOn(HOUR);
    assert.equal(sentTo(h, "42").length, 1);
    const [run] = await runRows(h);
    assert.deepEqual([run?.status, run?.delivery], ["ok", "not-requested"]);
  }
});

test("a model that cannot answer just now is asked again after a pause, as often as is configured; then the job says why", async (t) => {
  let fails = 0;
  const unavailable = (): never => {
    throw new ContinuoError("MODEL_UNAVAILABLE", "test is busy.");
  };
  const config = { ...OWNED, cron: { retry: { maxAttempts: 2, backoffMs: [30_000, MINUTE] } } } as HarnessOptions["config"] & object;
  const { h, jobs, goOn } = await house(t, { config, answers: { echo: (request) => (request.messages.at(-1)?.text.includes("news") && fails-- > 0 ? unavailable() : say("done")) } });
  await writes(h, "hello");
  fails = 100;
  await jobs.add({ schedule: { kind: "cron", expr: "0 9 * * *" }, payload: NEWS });
  await goOn(HOUR);
  await goOn(30_000);
  await goOn(MINUTE);
  await goOn(HOUR);
  assert.deepEqual((await runRows(h)).map(({ kind, status }) => [kind, status]), [["due", "error"], ["retry", "error"], ["retry", "error"]]);
  const [job] = await jobs.desk.list();
  assert.deepEqual([job?.state.consecutiveErrors, job?.state.nextRunAtMs], [3, Date.UTC(2027, 0, 16, 9)]);
  assert.match(job?.state.lastError ?? "", /test is busy/);
  fails = 0;
  await goOn(24 * HOUR);
  assert.equal((await jobs.desk.list())[0]?.state.consecutiveErrors, 0);
  assert.equal((await runRows(h)).at(-1)?.kind, "due");
});

test("a result is posted with its token and its name, again while that fails, and given up after five times", async (t) => {
  const config = { ...OWNED, cron: { webhookToken: "secret" } } as HarnessOptions["config"] & object;
  const { h, jobs, clock } = await house(t, { config });
  jobs.statuses.push(500, 302);
  const job = await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "webhook", to: "https://example.com/hook" } });
  clock.go(HOUR);
  const posts = async (count: number): Promise<void> => until(`${count} posts`, () => (jobs.scheduler.wake(), jobs.posted.length === count));
  await posts(1);
  clock.go(30_000);
  await posts(2);
  clock.go(60_000);
  await posts(3);
  await jobs.settled();
  const [first] = jobs.posted;
  assert.equal(new Set(jobs.posted.map(({ headers }) => headers["idempotency-key"])).size, 1);
  assert.deepEqual([first?.url, first?.headers["authorization"]], ["https://example.com/hook", "Bearer secret"]);
  const body = JSON.parse(first?.body ?? "{}") as Record<string, unknown>;
  assert.deepEqual([body["jobId"], body["status"], String(body["summary"]).startsWith("echo: ")], [job.id, "ok", true]);
  assert.equal((await runRows(h))[0]?.delivery, "delivered");
  jobs.statuses.push(500, 500, 500, 500, 500);
  clock.go(HOUR);
  for (let count = 4; count <= 8; count++, clock.go(600_000)) await posts(count);
  await jobs.settled();
  assert.equal((await runRows(h)).find(({ delivery }) => delivery === "not-delivered")?.status, "ok");
});

test("runs of jobs take no place from people, and no more places than they may", async (t) => {
  const held = new Map<string, () => void>();
  const answers = { echo: (request: { readonly messages: readonly { readonly text: string }[] }) => waiting(request.messages.at(-1)?.text ?? "", held) };
  const config = { ...OWNED, cron: { maxConcurrentRuns: 2 } } as HarnessOptions["config"] & object;
  const { h, jobs, clock } = await house(t, { config, answers, concurrency: { total: 1 } });
  for (let i = 0; i < 4; i++) await jobs.add({ name: `J${i}`, schedule: HOURLY, payload: NEWS, delivery: { mode: "none" } });
  clock.go(HOUR);
  jobs.scheduler.wake();
  await until("two run", () => h.requests.length === 2);
  await until("all are accepted", async () => (await runRows(h)).length === 4);
  await h.receive(message("hello"));
  await until("the owner is answered", () => sentTo(h, "42").length === 1);
  assert.equal(h.requests.length, 3, "no more than two runs at once");
  for (let done = 0; done < 4; done++) {
    await until("another one runs", () => held.size > 0);
    const [[text, release]] = [...held] as [[string, () => void]];
    held.delete(text);
    release();
  }
  await jobs.settled();
  assert.deepEqual(new Set((await runRows(h)).map(({ status }) => status)), new Set(["ok"]));
});

async function* waiting(text: string, held: Map<string, () => void>) {
  if (!text.includes("news")) return yield* say("said");
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set(text, resolve);
  await promise;
  yield* say("done");
}

test("a job goes on whose run was taken away, as when somebody is erased", async (t) => {
  let asked = 0;
  const { h, clock, jobs } = await house(t, { answers: { echo: (request) => (++asked === 1 ? hang() : say(String(request.messages.length))) } });
  await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "none" } });
  clock.go(HOUR);
  jobs.scheduler.wake();
  await until("it runs", () => h.requests.length === 1);
  await tamperIn(h.directory, "delete from job_runs");
  clock.go(HOUR);
  jobs.scheduler.wake();
  await until("the next one runs", () => h.requests.length === 2);
  await until("it is done", async () => (jobs.scheduler.wake(), (await runRows(h)).some(({ status }) => status === "ok")));
});

test("what clients are told of a job", async (t) => {
  const { jobs, goOn } = await house(t);
  const job = await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "none" } });
  await goOn(HOUR);
  await jobs.desk.update(job.id, { name: "Other" });
  await jobs.desk.remove(job.id);
  assert.deepEqual(jobs.events.map(({ action }) => action), ["added", "started", "finished", "updated", "removed"]);
});

test("a change of a job keeps its time unless that is what changes; switched on again it begins anew from now", async (t) => {
  const { jobs, clock, h } = await house(t);
  const job = await jobs.add({ schedule: HOURLY, payload: NEWS, delivery: { mode: "none" } });
  clock.go(10 * MINUTE);
  assert.equal((await jobs.desk.update(job.id, { name: "Other" })).state.nextRunAtMs, START + HOUR);
  assert.equal((await jobs.desk.update(job.id, { enabled: false })).state.nextRunAtMs, undefined);
  clock.go(5 * HOUR);
  await jobs.settled();
  assert.equal((await runRows(h)).length, 0, "what is switched off misses nothing");
  assert.equal((await jobs.desk.update(job.id, { enabled: true })).state.nextRunAtMs, START + 6 * HOUR);
  assert.equal((await jobs.desk.update(job.id, { schedule: { kind: "cron", expr: "30 14 * * *" } })).state.nextRunAtMs, START + 6.5 * HOUR);
  await assert.rejects(jobs.desk.update("nobody", { enabled: true }), { code: "JOB_UNKNOWN" });
});

test("what an operator wakes the agent with is answered in the main session", async (t) => {
  const { h, jobs } = await house(t);
  await jobs.desk.wake("now", "The backup has ended.");
  await h.settled();
  assert.deepEqual(await h.texts(MAIN), ["system: The backup has ended.", "assistant: echo: The backup has ended."]);
  await jobs.desk.wake("next-heartbeat", "Another.");
  assert.deepEqual((await h.texts(MAIN)).at(-1), "system: Another.");
  assert.equal(h.requests.length, 1);
});

test("5.6 a job is done where nothing may be sent, and its words stay where they are", async (t) => {
  const config = { ...OWNED, session: { owner: ["telegram:42"], sendPolicy: { default: "allow", rules: [{ action: "deny", match: { keyPrefix: "cron:" } }] } } } as unknown as HarnessOptions["config"] & object;
  const { h, jobs, goOn } = await house(t, { config });
  await writes(h, "hello");
  await jobs.add({ schedule: HOURLY, payload: NEWS });
  await goOn(HOUR);
  assert.equal(h.requests.length, 2);
  assert.equal(sentTo(h, "42").length, 1);
  const [run] = await runRows(h);
  assert.deepEqual([run?.status, run?.delivery], ["ok", "not-delivered"]);
  assert.match(run?.error ?? "", /sendPolicy/);
});
