// `npm run test:nightly`: the faults of real processes, hostile peers and mixed clusters in their long forms, one after the other, for about an
// hour and a half, and before them the remote's fuzzers, for five minutes each. Arguments go to vitest instead, such as `-t "R1 "` for one case,
// and leave the fuzzers out. TS_GRAIN_SOAK_MINUTES and TS_GRAIN_SEED say how K1 runs, FUZZ_SECONDS how long each fuzzer does.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";

const env = { ...process.env, TS_GRAIN_NIGHTLY: "true" };

function run(...args) {
  return spawnSync(process.execPath, ["scripts/test.mjs", ...args], { stdio: "inherit", env }).status ?? 1;
}

const args = process.argv.slice(2);
const fuzzed = args.length === 0 ? run("--project=remote", "fuzz") : 0;
const tested = run("--project=faults", "--project=e2e", "--no-file-parallelism", ...args);
process.exitCode = fuzzed || tested;
