// The layers inside the packages: the one place where they are declared. A package's rungs go from the ground
// up; a file may import from its own rung and from those below. A rung lists folders (or single files) of `src`,
// and every source file must be on one. Layers between packages are the tags of turbo.json.

/** @type {Readonly<Record<string, readonly (readonly string[])[]>>} */
export const layers = {
  actor: [
    ["ports", "actor-error.ts"],
    ["pid", "message"],
    ["mailbox"],
    ["event-stream"],
    ["process"],
    ["supervision"],
    ["actor-cell"],
    ["middleware", "scheduler"],
    ["actor-system"],
    ["router", "stream"],
    ["testing", "index.ts"],
  ],
  remote: [
    ["remote-error.ts", "gen"],
    ["wire", "transport"],
    ["endpoint", "spawn"],
    ["remote.ts", "remote-config.ts", "block-list.ts"],
    ["testing", "index.ts"],
  ],
  cluster: [
    ["cluster-error.ts", "gen"],
    ["membership"],
    ["gossip"],
    ["identity"],
    ["grain"],
    ["codegenv1", "diagnostics"],
    ["start"],
    ["testing", "index.ts"],
  ],
  "cluster-consul": [["."], ["testing", "index.ts"]],
  persistence: [
    ["persistence-error.ts"],
    ["state-store.ts"],
    ["grain-state.ts", "in-memory-state-store.ts"],
    ["testing", "index.ts"],
  ],
  "protoc-gen-ts-grain": [
    [
      "plugin-error.ts",
      "plugin-parameters.ts",
      "grain-names.ts",
      "output-file.ts",
      "unary-methods.ts",
      "error-reasons.ts",
      "gen",
    ],
    ["contract"],
    ["check", "print"],
    ["."],
  ],
  benchmarks: [
    ["measurement", "command-line.ts", "gen"],
    ["subjects", "report"],
    ["workloads", "harness"],
    ["groups", "measure-here.ts"],
    ["main.ts", "local-child.ts", "remote-client.ts", "remote-server.ts"],
  ],
  e2e: [["."]],
};
