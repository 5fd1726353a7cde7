import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordingTerminal } from "../test/recording-terminal.ts";
import { printable, printTable } from "./terminal.ts";

test("columns are as wide as their widest cell", () => {
  const terminal = new RecordingTerminal();
  printTable(
    terminal,
    ["KIND", "IDENTITY"],
    [
      ["SmartBulb", "kitchen"],
      ["House", "home"],
    ],
  );
  expect(terminal.results).toEqual(["KIND       IDENTITY", "SmartBulb  kitchen", "House      home"]);
});

test("what comes from elsewhere stays on its line and moves no cursor", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
    }),
  );
  expect(printable("kitchen-1")).toBe("kitchen-1");
  expect(printable("\u001b[2J\n")).toBe(String.raw`\u001b[2J\n`);
  expect(printable("küche/灯")).toBe("küche/灯");
});
