import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateStoreCases } from "@ts-grain/persistence/testing";
import { onTestFinished, test } from "vitest";
import { FolderStateStore } from "./folder-state-store.ts";

test.each(stateStoreCases)("$name", async ({ run }) => {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await run(new FolderStateStore(folder));
});
