import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, followBlocks } from "./document.mjs";

const fenced = (info, text) => `\`\`\`${info}\n${text}\n\`\`\`\n`;
const follow = (...parts) =>
  followBlocks(blocksOf(`\n## Do\n${parts.join("")}`, "## Do"), {
    folder: mkdtempSync(join(tmpdir(), "document-")),
  });

test("only the blocks of the section are taken, those of its subsections included", () => {
  const markdown = `# A\n${fenced("sh", "a")}\n## B\n${fenced("sh", "b")}\n### C\n${fenced("sh", "c")}\n## D\n${fenced("sh", "d")}`;
  expect(blocksOf(markdown, "## B").map(({ text }) => text)).toEqual(["b\n", "c\n"]);
  expect(() => blocksOf(markdown, "## E")).toThrow('no section "## E"');
});

test("files are written, commands run in the folder that the one before chose, output is compared", () => {
  const { folder, compared } = follow(
    fenced("sh", "mkdir deep && cd deep"),
    fenced('ts title="src/a.txt"', "hello"),
    fenced("sh", "cat src/a.txt; echo noise; echo end"),
    fenced("text", "hello\nend"),
  );
  expect(readFileSync(join(folder, "src/a.txt"), "utf8")).toBe("hello\n");
  expect(folder).toMatch(/deep$/);
  expect(compared).toBe(1);
});

test("a failing command, another output and a block without a use are errors", () => {
  expect(() => follow(fenced("sh", "false; echo on"))).toThrow("this failed");
  expect(() => follow(fenced("sh", "echo a; echo b"), fenced("text", "b\na"))).toThrow('"a" was not printed');
  expect(() => follow(fenced("ts", "const a = 1;"))).toThrow("neither a file nor a command");
});
