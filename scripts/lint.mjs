// `npm run lint`: every static check of the repository. One failure does not hide the next.
import "./require-node.mjs";
import { runSteps } from "./run-steps.mjs";

const passed = await runSteps([
  { name: "format, imports, lint rules (biome)", command: "biome check --error-on-warnings ." },
  { name: "promises and types (oxlint)", command: "oxlint" },
  { name: "layers between packages (turbo)", command: "node scripts/turbo.mjs boundaries" },
  { name: "layers, names and sizes inside packages", command: "node scripts/check-structure.mjs" },
  { name: "lock file", command: "node scripts/check-lock.mjs" },
  { name: "proto rules (buf lint)", command: "buf lint" },
  { name: "proto format (buf format)", command: "buf format --diff --exit-code" },
  { name: "unused and undeclared (knip)", command: "knip" },
]);
process.exit(passed ? 0 : 1);
