// `npm run demo`: builds the smart-bulb example and what it needs, and runs it: two members in one process,
// no server. Runs the built JavaScript, as a user's program would.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";

function step(says, args) {
  console.log(`\n> ${says}`);
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

step("building the example and the packages it stands on", [
  "scripts/turbo.mjs",
  "run",
  "build",
  "--filter=@ts-grain/example-smart-bulb...",
  "--output-logs=errors-only",
]);
step("running examples/smart-bulb", ["examples/smart-bulb/dist/main.js"]);
