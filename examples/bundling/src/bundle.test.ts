import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";

const example = dirname(import.meta.dirname);

test.each(["esbuild", "vite"])("what %s bundles runs alone, and is made without a warning", (bundler) => {
  const folder = join(example, "dist", bundler);
  rmSync(folder, { recursive: true, force: true });
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", `bundle:${bundler}`], {
    cwd: example,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  expect(stdout + stderr).not.toMatch(/warn|error/i);
  expect(status).toBe(0);
  expect(globSync("**", { cwd: folder })).toEqual([".", "main.js"]);

  // Where there is no node_modules.
  const elsewhere = mkdtempSync(join(tmpdir(), "ts-grain-bundle-"));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  cpSync(folder, elsewhere, { recursive: true });
  const printed = execFileSync(process.execPath, [join(elsewhere, "main.js")], { encoding: "utf8" });
  expect(printed).toBe("members call each other\n");

  const bytes = readFileSync(join(folder, "main.js"));
  const [kb, zippedKb] = [bytes, gzipSync(bytes)].map(({ length }) => Math.round(length / 1_000));
  console.log(`${bundler}: ${kb} kB, ${zippedKb} kB zipped`);
  // The README says 360: what grows by a tenth is looked at.
  expect(kb).toBeLessThan(396);
});
