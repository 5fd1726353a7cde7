// Runs turbo without telemetry, on the Node that runs this file, and with that Node's version in every
// hash: turbo alone would replay one Node's results on another.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This repository needs Node 22.18 or newer, and runs on ${process.version}. Start it through npm ` +
      "('npm ci' puts a Node 24 into node_modules/.bin on Linux and Windows), or install a newer Node.",
  );
  process.exit(1);
}
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
