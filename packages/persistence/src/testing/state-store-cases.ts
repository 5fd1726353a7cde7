import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PersistenceError } from "../persistence-error.ts";
import type { StateStore } from "../state-store.ts";

/**
 * One promise that every store keeps.
 *
 * @see {@link stateStoreCases}
 */
export interface StateStoreCase {
  readonly name: string;
  /** Rejects when the promise is broken. The store holds nothing under keys that begin with `case/`. */
  readonly run: (store: StateStore) => Promise<void>;
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

const isConflict = (error: unknown): boolean =>
  PersistenceError.is(error) && error.code === "version_conflict";

/**
 * The conformance suite of the `StateStore` port: run each case as one test, with an empty store.
 *
 * @example
 * import { InMemoryStateStore } from "@ts-grain/persistence";
 * import { stateStoreCases } from "@ts-grain/persistence/testing";
 * import { test } from "vitest";
 *
 * for (const { name, run } of stateStoreCases) test(name, () => run(new InMemoryStateStore()));
 */
export const stateStoreCases: readonly StateStoreCase[] = [
  {
    name: "what was written is read, with versions that count from 1",
    async run(store) {
      strictEqual(await store.read("case/a"), undefined);
      strictEqual(await store.write("case/a", { bytes: bytes(1, 0, 255), expectedVersion: 0 }), 1);
      deepStrictEqual(await store.read("case/a"), { bytes: bytes(1, 0, 255), version: 1 });
      strictEqual(await store.write("case/a", { bytes: bytes(), expectedVersion: 1 }), 2);
      deepStrictEqual(await store.read("case/a"), { bytes: bytes(), version: 2 });
    },
  },
  {
    name: "a write over another version than the present one is refused and changes nothing",
    async run(store) {
      await rejects(store.write("case/a", { bytes: bytes(1), expectedVersion: 1 }), isConflict);
      await store.write("case/a", { bytes: bytes(1), expectedVersion: 0 });
      for (const expectedVersion of [0, 2]) {
        await rejects(store.write("case/a", { bytes: bytes(9), expectedVersion }), isConflict);
      }
      deepStrictEqual(await store.read("case/a"), { bytes: bytes(1), version: 1 });
    },
  },
  {
    name: "of several writes over one version at once, exactly one succeeds",
    async run(store) {
      const writes = [1, 2, 3, 4, 5, 6].map((value) =>
        store.write("case/a", { bytes: bytes(value), expectedVersion: 0 }),
      );
      const outcomes = await Promise.allSettled(writes);
      const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
      strictEqual(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
      deepStrictEqual((await store.read("case/a"))?.bytes, bytes(winner + 1));
    },
  },
  {
    name: "a removed key is as if it had never been written, and is removed only over its present version",
    async run(store) {
      await store.write("case/a", { bytes: bytes(1), expectedVersion: 0 });
      await rejects(store.remove("case/a", 2), isConflict);
      await store.remove("case/a", 1);
      strictEqual(await store.read("case/a"), undefined);
      strictEqual(await store.write("case/a", { bytes: bytes(2), expectedVersion: 0 }), 1);
    },
  },
  {
    name: "keys that look alike do not meet",
    async run(store) {
      const keys = [
        "case/a",
        "case/A",
        "case/a ",
        "case//a",
        "case/../a",
        "case/e\u0301",
        "case/\u00e9",
        "case/%",
        "case/_",
      ];
      for (const [index, key] of keys.entries())
        await store.write(key, { bytes: bytes(index), expectedVersion: 0 });
      for (const [index, key] of keys.entries())
        deepStrictEqual((await store.read(key))?.bytes, bytes(index));
    },
  },
  {
    name: "the store keeps its own copy of the bytes",
    async run(store) {
      const mine = bytes(1);
      await store.write("case/a", { bytes: mine, expectedVersion: 0 });
      mine[0] = 9;
      const read = await store.read("case/a");
      read?.bytes.fill(8);
      deepStrictEqual((await store.read("case/a"))?.bytes, bytes(1));
    },
  },
];
