import { expect, test } from "vitest";
import { newSystemId } from "./system-id.ts";

test("ids are legal as labels of Kubernetes, and no two are alike", () => {
  const ids = Array.from({ length: 5_000 }, newSystemId);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9][-\w]{20}[A-Za-z0-9]$/);
  expect(new Set(ids).size).toBe(ids.length);
  // Inside, all characters occur.
  expect(new Set(ids.join("")).size).toBe(64);
});
