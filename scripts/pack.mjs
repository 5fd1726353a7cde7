// `npm run pack`: packs every public package into dist/, as `npm publish` would. Needs a build, which the npm
// script does first.
import "./require-node.mjs";
import { mkdirSync, rmSync } from "node:fs";
import { runSteps } from "./run-steps.mjs";
import { publicPackages } from "./workspaces.mjs";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
const passed = await runSteps(
  publicPackages().map(({ folder, name }) => ({
    name: `pack ${name}`,
    command: `npm pack --silent --workspace ${folder} --pack-destination dist`,
  })),
);
process.exit(passed ? 0 : 1);
