import type { ClusterProgram, Grains } from "../cluster-program.ts";
import { answerHello } from "../hello.ts";

export interface BareTables {
  readonly tables: number;
  /** Objects that each identity keeps. */
  readonly objects: number;
}

/**
 * What an activation leaves to the collector and to tables, and nothing else of it: small objects that stay, and an entry
 * for them in each of some maps.
 */
export function bareTables(sizes: BareTables): ClusterProgram {
  const refuse = () => Promise.reject(new Error("bare tables are in one process"));
  return { openAlone: () => Promise.resolve(openTables(sizes)), serve: refuse, connect: refuse };
}

function openTables({ tables, objects }: BareTables): Grains {
  const all = Array.from({ length: tables }, () => new Map<string, Kept>());
  const find = (identity: string): Kept => {
    // All of them are asked, as each would be for a purpose of its own.
    let kept: Kept | undefined;
    for (const table of all) kept = table.get(identity);
    if (kept !== undefined) return kept;
    kept = keep(identity, objects);
    for (const table of all) table.set(identity, kept);
    return kept;
  };
  const ask = async (identity: string, number: number) =>
    answerHello({ name: find(identity).identity, number });
  return { grain: (identity) => ({ ask: (number) => ask(identity, number) }) };
}

/** A small object, of which an activation has many. */
interface Kept {
  readonly identity: string;
  readonly number: number;
  readonly state: string;
  readonly owner: undefined;
  readonly next: Kept | undefined;
}

function keep(identity: string, objects: number): Kept {
  let last: Kept = { identity, number: 1, state: "idle", owner: undefined, next: undefined };
  for (let number = 2; number <= objects; number++)
    last = { identity, number, state: "idle", owner: undefined, next: last };
  return last;
}
