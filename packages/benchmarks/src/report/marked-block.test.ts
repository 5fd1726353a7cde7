import { expect, test } from "vitest";
import { replaceMarkedBlock } from "./marked-block.ts";

const place = "<!-- benchmarks: local -->\n\nold\n\n<!-- end of benchmarks: local -->";

test("only what stands between the marks changes", () => {
  expect(replaceMarkedBlock(`before\n${place}\nafter\n`, { group: "local", text: "new" })).toBe(
    `before\n${place.replace("old", "new")}\nafter\n`,
  );
});

test("another group's place is left alone", () => {
  const document = `${place}\n${place.replaceAll("local", "remote")}`;
  expect(replaceMarkedBlock(document, { group: "remote", text: "new" })).toContain(place);
});

test.each([
  ["has none", "no marks"],
  ["has two", `${place}\n${place}`],
  ["does not end", "<!-- benchmarks: local -->"],
])("a document whose place %s is refused", (_, document) => {
  expect(() => replaceMarkedBlock(document, { group: "local", text: "new" })).toThrow("expected one place");
});
