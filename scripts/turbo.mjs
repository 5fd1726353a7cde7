// Runs turbo without telemetry, on the Node that runs this file, and with that Node's version in every
// hash: turbo alone would replay one Node's results on another.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");
const { status } = spawnSync(process.execPath, [turbo, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    TS_GRAIN_NODE_VERSION: process.version,
  },
});
process.exit(status ?? 1);
