import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { COMMANDS } from "./command-list.ts";
import { createCli } from "./program.ts";
import { fakeCli } from "./testing/fake-cli.ts";

function commandsUnder(parent: Command, path: string[] = []): string[][] {
  return parent.commands.flatMap((child) => (child.name() === "help" ? [] : [[...path, child.name()], ...commandsUnder(child, [...path, child.name()])]));
}

test("every command's --help ends with an example and exits with 0", async () => {
  const { deps, remove } = fakeCli();
  const paths = commandsUnder(await createCli(deps));
  remove();
  assert.ok(paths.length >= 20, `${paths.length} commands`);
  for (const path of paths) {
    const cli = fakeCli();
    assert.equal(await cli.run(...path, "--help"), 0, path.join(" "));
    assert.match(cli.stdout(), /\nExamples?:\n {2}\$ .*continuo/, path.join(" "));
    cli.remove();
  }
});

test("a command is listed under the name and alias that it has, so that calling it loads it alone", async () => {
  const { deps, remove } = fakeCli();
  const all = (await createCli(deps)).commands.filter((child) => child.name() !== "help");
  assert.deepEqual(all.map((child) => child.name()), COMMANDS.map(({ name }) => name));
  for (const [index, { name, alias }] of COMMANDS.entries()) {
    assert.deepEqual(all[index]?.aliases(), alias === undefined ? [] : [alias], name);
    const alone = await createCli(deps, undefined, alias ?? name);
    assert.deepEqual(alone.commands.map((child) => child.name()).filter((child) => child !== "help"), [name]);
  }
  remove();
});

test("an unknown command exits with 2 and names its neighbour, on every level", async () => {
  const cases: [string[], string, string][] = [
    [["sesions"], "sesions", "sessions"],
    [["gateway", "strat"], "strat", "start"],
    [["sessions", "lst"], "lst", "list"],
    [["config", "gt"], "gt", "get"],
  ];
  for (const [argv, word, meant] of cases) {
    const cli = fakeCli();
    assert.equal(await cli.run(...argv), 2);
    assert.equal(cli.stderr(), `error: unknown command '${word}' (Did you mean ${meant}?) [USAGE]\n  fix: \`continuo --help\` lists the commands; each has a --help of its own.\n`);
    assert.equal(cli.stdout(), "");
    cli.remove();
  }
});

test("--version prints the version alone, and no argument prints the help", async () => {
  const version = fakeCli();
  assert.equal(await version.run("--version"), 0);
  assert.equal(version.stdout(), "1.2.3\n");
  version.remove();
  const bare = fakeCli();
  assert.equal(await bare.run(), 0);
  assert.match(bare.stdout(), /Start here:/);
  bare.remove();
});

test("with --json every failure is one JSON document on stdout and the words on stderr", async () => {
  for (const [argv, exit, code] of [
    [["chat", "--json", "--bogus"], 2, "USAGE"],
    [["chat", "--message", "x", "--json"], 1, "GATEWAY_UNREACHABLE"],
    [["gateway", "call", "health", "--params", "[1]", "--json"], 1, "REQUEST_INVALID"],
  ] as const) {
    const cli = fakeCli({ config: { gateway: { port: 1 } } });
    assert.equal(await cli.run(...argv), exit);
    const error = cli.json().error as Record<string, unknown>;
    assert.equal(error.code, code);
    assert.ok(typeof error.cure === "string" && error.cure !== "");
    assert.match(cli.stderr(), /^error: /);
    cli.remove();
  }
});

test("colour appears on a terminal alone, and not with NO_COLOR", async () => {
  const coloured = async (terminal: object) => {
    const cli = fakeCli({ terminal, config: { gateway: { port: 1 } } });
    await cli.run("status");
    cli.remove();
    return cli.stdout().includes("\u001b[");
  };
  assert.equal(await coloured({ stdoutIsTTY: true }), true);
  assert.equal(await coloured({ stdoutIsTTY: true, env: { NO_COLOR: "1" } }), false);
  assert.equal(await coloured({ stdoutIsTTY: false }), false);
});

test("an error of unknown make shows its cause on the operator's terminal, and no stack", async () => {
  const cli = fakeCli({
    local: () => {
      throw new Error("disk I/O error");
    },
  });
  assert.equal(await cli.run("sessions"), 1);
  assert.match(cli.stderr(), /^error: .*\(disk I\/O error\) \[INTERNAL\]\n {2}fix: .*\n$/);
  cli.remove();
});
