import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.ts";
import type { Subject } from "./subject.ts";

const child = fileURLToPath(new URL("../child.ts", import.meta.url));

export interface NodeSubjectOptions {
  /** As `src/child.ts` knows it. */
  readonly name: string;
  /** What to put beside the name in reports. */
  readonly findVersion: () => Promise<string>;
}

/** A subject that `src/child.ts` measures on this very Node, without any option that would make it quicker. */
export function nodeSubject({ name, findVersion }: NodeSubjectOptions): Subject {
  return {
    name,
    cores: "one",
    cannot: new Map(),
    prepare: async () => ({
      state: "ready",
      version: await findVersion(),
      command: (workload, effort) => [process.execPath, "--expose-gc", child, name, workload, effort],
    }),
  };
}

/** The commit that is checked out, and "-dirty" if files differ from it. */
export async function describeCheckout(): Promise<string> {
  try {
    const described = await runCommand(["git", "describe", "--always", "--dirty", "--exclude=*"], {
      timeoutMs: 10_000,
    });
    return `at ${described.trim()}`;
  } catch {
    return "at no known commit";
  }
}

/** The version at which this package's manifest pins a dependency. */
export function pinnedVersion(dependency: string): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const version = dependencies[dependency];
  if (version === undefined) throw new Error(`package.json does not pin ${dependency}`);
  return version;
}
