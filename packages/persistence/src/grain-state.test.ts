import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GrainState, grainStateKey } from "./grain-state.ts";
import { InMemoryStateStore } from "./in-memory-state-store.ts";

const owner = { kind: "House", identity: "home" };

test("state that was saved is loaded by the next activation", async () => {
  const options = { store: new InMemoryStateStore(), schema: StringValueSchema };
  const first = await GrainState.load(owner, options);
  expect(first.value.value).toBe("");
  await first.save({ value: "lit" });
  expect(first.value.value).toBe("lit");
  await first.save({ value: "dark" });
  expect((await GrainState.load(owner, options)).value.value).toBe("dark");
});

test("of two activations that hold one state, the one that is behind cannot save", async () => {
  const options = { store: new InMemoryStateStore(), schema: StringValueSchema };
  const [stale, fresh] = [await GrainState.load(owner, options), await GrainState.load(owner, options)];
  await fresh.save({ value: "new" });
  await expect(stale.save({ value: "old" })).rejects.toMatchObject({ code: "version_conflict" });
  expect(stale.value.value).toBe("");
  expect((await GrainState.load(owner, options)).value.value).toBe("new");
});

test("damaged state is refused, not taken for empty", async () => {
  const store = new InMemoryStateStore();
  await store.write("House/home", { bytes: Uint8Array.of(0xff), expectedVersion: 0 });
  const loading = GrainState.load(owner, { store, schema: StringValueSchema });
  await expect(loading).rejects.toMatchObject({ code: "unreadable_state" });
});

test("two grains never share a key", () => {
  const kind = fc.string().filter((text) => !text.includes("/"));
  fc.assert(
    fc.property(kind, fc.string(), kind, fc.string(), (kindA, a, kindB, b) => {
      const same = kindA === kindB && a === b;
      expect(
        grainStateKey({ kind: kindA, identity: a }) === grainStateKey({ kind: kindB, identity: b }),
      ).toBe(same);
    }),
  );
});
