import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Workspace packages resolve to their sources, so no build is needed before a test run.
const conditions = ["@ts-grain/source"];
const workspaces = ["packages", "examples"].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url))
    .map((name) => ({ name, root: `${parent}/${name}` }))
    .filter(({ root }) => existsSync(new URL(`${root}/package.json`, import.meta.url))),
);

// Files share a worker: modules hold no state (docs/decisions/0008), and a worker for each would double the time.
const test = { environment: "node", isolate: false, testTimeout: 20_000 };

export default defineConfig({
  test: {
    projects: [
      // The repository's own scripts and documents.
      { test: { ...test, name: "repository", include: ["{scripts,docs}/**/*.test.mjs"] } },
      ...workspaces.map(({ name, root }) => ({
        root,
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { ...test, name, include: ["src/**/*.test.ts", "test/**/*.test.ts"] },
      })),
    ],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/gen/**", "**/*.test.ts"],
      reporter: ["text", "lcov"],
    },
  },
});
