// `npm run consumer`: the way of a user. Follows docs/quickstart.md word for word in an empty folder, with the
// packed packages beside it, then compiles that project strictly with the oldest and the newest TypeScript, under
// both module resolutions, and runs what came out. Needs the npm registry.
import "./require-node.mjs";
import { execSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followSection } from "./document.mjs";
import { runSteps } from "./run-steps.mjs";
import { userEnvironment } from "./user-environment.mjs";

const oldestTypeScript = "5.9.3";
const newestTypeScript = JSON.parse(readFileSync("package.json", "utf8")).devDependencies.typescript;
const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  skipLibCheck: false,
  target: "es2023",
  lib: ["es2024", "esnext.disposable"],
  types: ["node"],
  rootDir: "src",
};

/** What else users import, whose types stand on those of libraries. */
const providers = ["Consul", "Etcd", "Kubernetes", "AutoManaged"].map((name) => {
  return `export { ${name}Provider } from "@ts-grain/cluster-${name.toLowerCase()}";\n`;
});

function compileAndRun(typescript, { module, moduleResolution }) {
  const name = `${typescript}-${moduleResolution}`;
  const compilerOptions = { ...strict, module, moduleResolution, outDir: `out/${name}` };
  writeFileSync(`tsconfig.${name}.json`, JSON.stringify({ include: ["src"], compilerOptions }));
  return {
    name: `TypeScript ${typescript}, ${moduleResolution}`,
    command: `node node_modules/typescript-${typescript}/bin/tsc -p tsconfig.${name}.json && node out/${name}/main.js`,
  };
}

const folder = mkdtempSync(join(tmpdir(), "ts-grain-consumer-"));
let passed = false;
try {
  symlinkSync(process.cwd(), join(folder, "ts-grain"));
  const { folder: project } = followSection("docs/quickstart.md", {
    heading: "## The smart bulb",
    folder,
    log: console.log,
  });
  process.chdir(project);
  writeFileSync("src/providers.ts", providers.join(""));
  const versions = [oldestTypeScript, newestTypeScript];
  const aliases = versions.map((version) => `typescript-${version}@npm:typescript@${version}`).join(" ");
  execSync(`npm install --no-save --prefer-offline --loglevel=error ${aliases}`, {
    stdio: "inherit",
    env: userEnvironment(),
  });
  passed = await runSteps(
    versions.flatMap((version) => [
      compileAndRun(version, { module: "nodenext", moduleResolution: "nodenext" }),
      compileAndRun(version, { module: "esnext", moduleResolution: "bundler" }),
    ]),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(passed ? 0 : 1);
