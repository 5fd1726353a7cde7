// `npm run lint:packages`: checks what would be published, as it would be packed: publint for the manifest,
// "are the types wrong" for what a consumer's compiler finds. Needs a build.
import "./require-node.mjs";
import { runSteps } from "./run-steps.mjs";
import { publicPackages } from "./workspaces.mjs";

const passed = await runSteps(
  publicPackages().flatMap(({ folder, name }) => [
    { name: `publint ${name}`, command: `publint --strict ${folder}` },
    { name: `attw ${name}`, command: `attw --pack ${folder} --profile esm-only --quiet` },
  ]),
);
process.exit(passed ? 0 : 1);
