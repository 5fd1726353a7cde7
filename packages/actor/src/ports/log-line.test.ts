import fc from "fast-check";
import { expect, test } from "vitest";
import { PID } from "../pid/pid.ts";
import { logLine } from "./log-line.ts";

const parsed = (fields: object) => JSON.parse(logLine("warn", fields, "what happened")) as object;

/** Whether a character moves the cursor, colours the terminal or ends a line. */
function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
}

test("a line says how bad it is, when and what happened, and with whom", () => {
  expect(parsed({ peer: { systemId: "x", address: "a:1" }, target: new PID("a:1", "door"), n: 7 })).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
    message: "what happened",
    peer: { systemId: "x", address: "a:1" },
    target: new PID("a:1", "door").toString(),
    n: 7,
  });
});

test("an error is told with its code, where it comes from and its cause", () => {
  const cause = Object.assign(new TypeError("inner"), { code: "E_INNER" });
  const error = new Error("outer", { cause });
  expect(parsed({ error })).toMatchObject({
    error: {
      name: "Error",
      message: "outer",
      stack: expect.stringContaining("log-line.test.ts"),
      cause: { name: "TypeError", message: "inner", code: "E_INNER" },
    },
  });
});

test.for([
  { what: "begins another line", text: '\n{"level":"error","forged":true}\r\n' },
  { what: "colours the terminal", text: "\u001b[31m\u009b31m\u0000\u007f" },
  { what: "ends a line for JavaScript", text: "\u2028\u2029" },
])("a text that $what does nothing of the kind", ({ text }) => {
  const line = logLine("warn", { [text]: text, list: [text], error: new Error(text) }, "what happened");
  expect(line.split("").filter(isControl)).toEqual([]);
  expect(JSON.parse(line)).toMatchObject({ [text]: text, list: [text], error: { message: text } });
});

test("long texts, long lists, many fields and deep objects are cut", () => {
  const deep: { inner?: object } = {};
  deep.inner = deep;
  const line = logLine(
    "warn",
    {
      long: "x".repeat(1_000_000),
      list: new Array(1_000_000).fill("y".repeat(1_000)),
      fields: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field ${n}`, n])),
      bytes: new Uint8Array(1_000_000),
      deep,
    },
    "what happened",
  );
  expect(line.length).toBeLessThan(20_000);
  expect(JSON.parse(line)).toMatchObject({ long: `${"x".repeat(256)}…`, bytes: "1000000 bytes" });
});

test("a field cannot pass for what the line says itself", () => {
  expect(parsed({ level: "debug", message: "nothing", time: "never" })).toMatchObject({
    level: "warn",
    message: "what happened",
  });
});

test("what cannot be written is still told of", () => {
  const fields = {
    get broken(): never {
      throw new Error("no");
    },
  };
  expect(parsed(fields)).toMatchObject({ message: "what happened", unwritable: "Error: no" });
});

test("whatever the fields are, there is one line, and it can be parsed", () => {
  fc.assert(
    fc.property(
      fc.object({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      (fields) => {
        const line = logLine("info", fields, "what happened");
        expect(line).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(JSON.parse(line)).toMatchObject({ level: "info", message: "what happened" });
      },
    ),
  );
});
