// `npm run test:nightly`: the faults of real processes, hostile peers and mixed clusters in their long forms, one after the other, for about an
// hour and a half. Arguments go to vitest, such as `-t "R1 "` for one case. TS_GRAIN_SOAK_MINUTES and TS_GRAIN_SEED say how K1 runs.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";

const args = [
  "scripts/test.mjs",
  "--project=faults",
  "--project=e2e",
  "--no-file-parallelism",
  ...process.argv.slice(2),
];
const env = { ...process.env, TS_GRAIN_NIGHTLY: "true" };
process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1;
