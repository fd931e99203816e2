import { runCli } from "./cli/index.ts";
import { processDeps } from "./main/process.ts";
import { VERSION } from "./main/version.ts";

process.exitCode = await runCli(
  processDeps({
    version: VERSION,
    async runGateway(options) {
      const { runGateway } = await import("./main/run-gateway.ts");
      await runGateway(options, VERSION);
    },
    async configSchema() {
      const { configJsonSchema } = await import("./config/index.ts");
      return configJsonSchema();
    },
  }),
  process.argv.slice(2),
);
