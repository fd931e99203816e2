import { runCli, type RunOptions } from "./cli/index.ts";
import { toContinuoError } from "./domain/errors.ts";
import { processDeps } from "./main/process.ts";
import { VERSION } from "./main/version.ts";

const place = {
  version: VERSION,
  async runGateway(options: RunOptions) {
    const { runGateway } = await import("./main/run-gateway.ts");
    await runGateway(options, VERSION);
  },
  async configSchema() {
    const { configJsonSchema } = await import("./config/index.ts");
    return configJsonSchema();
  },
};

async function main(): Promise<void> {
  try {
    process.exitCode = await runCli(processDeps(place), process.argv.slice(2));
  } catch (thrown) {
    // An environment that cannot be used is found before there is a command line to say it.
    const { message, code, cure } = toContinuoError(thrown);
    process.stderr.write(`error: ${message} [${code}]\n  fix: ${cure}\n`);
    process.exitCode = 1;
  }
}

// Not awaited: what is loaded later imports from this file, and would wait for it in turn.
void main();
