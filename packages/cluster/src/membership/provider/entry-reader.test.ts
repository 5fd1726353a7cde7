import { RecordingLogger } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { EntryReader } from "./entry-reader.ts";

test("what is no member is logged when it appears, and again when it has been away", () => {
  const logger = new RecordingLogger();
  const alice = { id: "alice", host: "localhost", port: 1, kinds: [], dialect: "ts-grain" } as const;
  const reader = new EntryReader(logger, (entry) =>
    entry === "alice" ? alice : entry === "dead" ? undefined : "it is no member",
  );
  for (const entries of [["alice", "dead"], ["odd", "alice"], ["odd"], [], ["odd"]]) {
    expect(reader.members(entries)).toEqual(entries.includes("alice") ? [alice] : []);
  }
  expect(logger.entries.map(({ fields }) => fields)).toEqual([
    { problem: 'it is no member: "odd"' },
    { problem: 'it is no member: "odd"' },
  ]);
});
