import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

test("the program that npm start runs prints what the tutorial says, and ends", async () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  expect(scripts["start"]).toBe("node src/main.ts");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--conditions=@ts-grain/source",
    main,
  ]);
  expect(stderr).toBe("");
  const [first, second, current, next, host, house, left, moved] = stdout.trimEnd().split("\n");
  const address = /^member (\S+:\d+) is up$/;
  expect([current, next]).toEqual(["current: false", "next: true"]);
  expect([address.exec(first!)?.[1], address.exec(second!)?.[1]]).toContain(
    /^SmartBulb "kitchen" lives on (\S+)$/.exec(host!)?.[1],
  );
  expect(house).toBe("the house turned on 3 bulbs; lit now: kitchen, hall, cellar");
  expect(left).toMatch(/^member \S+ has left$/);
  expect(moved).toMatch(/^the house, now on \S+, still knows its 3 bulbs$/);
});
