// The layers inside the packages: the one place where they are declared. A package's rungs go from the ground
// up; a file may import from its own rung and from those below. A rung lists folders (or single files) of `src`,
// and every source file must be on one. Layers between packages are the tags of turbo.json.

/** @type {Readonly<Record<string, readonly (readonly string[])[]>>} */
export const layers = {
  actor: [
    ["clock.ts", "random.ts", "event-loop.ts", "logger.ts", "actor-error.ts"],
    ["pid", "message"],
    ["mailbox"],
    ["process"],
    ["supervision"],
    ["actor-cell"],
    ["actor-system"],
    ["testing", "index.ts"],
  ],
  remote: [
    ["remote-error.ts", "gen"],
    ["wire", "transport"],
    ["endpoint"],
    ["remote"],
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
  "protoc-gen-ts-grain": [["."]],
};
