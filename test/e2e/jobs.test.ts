import assert from "node:assert/strict";
import { test } from "node:test";
import { continuo } from "../cli/process.ts";
import { until } from "./client.ts";
import { gatewayConfig, modelConfig } from "./house.ts";
import { stage } from "./stage.ts";

test("a job that failed is told by status and doctor until it goes well, though nobody is sent a failure", async (t) => {
  const house = stage(t);
  const broken = { is: true };
  const model = await house.model(() => (broken.is ? { kind: "fail", status: 400, message: "no such thing" } : { kind: "reply", text: "done" }));
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
  const { stateDir } = gateway;
  const client = await house.client(gateway);
  const command = async (...argv: string[]) => {
    const { code, stdout, stderr } = await continuo([...argv, "--json"], { stateDir });
    return { code, stderr, answer: JSON.parse(stdout) as Record<string, unknown> };
  };
  const { id } = (await command("cron", "add", "--name", "Brief", "--every", "1h", "--message", "Say what is on.", "--no-deliver")).answer as { id: string };
  const ran = async (status: string): Promise<void> => {
    assert.equal((await command("cron", "run", id)).code, 0);
    await until(`its run is ${status}`, async () => (((await command("cron", "runs", id)).answer["entries"] as { status: string }[])[0]?.status === status ? true : null));
  };
  const told = async () => {
    const { jobs } = await client.request<{ jobs: { count: number; failing: { id: string; times: number }[] } }>("status");
    const { warnings } = (await command("status")).answer as { warnings: string[] };
    const { checks } = (await command("doctor")).answer as { checks: { id: string; state: string; text: string }[] };
    return { jobs, words: warnings.filter((line) => line.includes("Brief")), checks: checks.filter((check) => check.id === `job.${id}`) };
  };

  assert.deepEqual(await told(), { jobs: { count: 0, failing: [] }, words: [], checks: [] });
  await ran("error");
  await ran("error");
  const { jobs, words, checks } = await told();
  assert.deepEqual([jobs.count, jobs.failing.map((job) => [job.id, job.times])], [1, [[id, 2]]]);
  assert.match(words.join("\n"), /^The job "Brief" failed when it ran last \(.+\): `continuo cron list --all`\.$/);
  assert.deepEqual(checks.map(({ state }) => state), ["notice"]);
  assert.match(checks[0]?.text ?? "", /the job "Brief" failed 2 times in a row/);
  broken.is = false;
  await ran("ok");
  assert.deepEqual(await told(), { jobs: { count: 0, failing: [] }, words: [], checks: [] });
});
