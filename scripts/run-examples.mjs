// Started by check-examples.mjs: `node run-examples.mjs RESULTS FILE…` runs the files one after the other in this
// process, and writes what each has printed to RESULTS, as JSON.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const timeLimitMs = 10_000;
const [results, ...files] = process.argv.slice(2);

async function run(file) {
  const lines = [];
  console.log = (...values) => lines.push(...values.map(String).join(" ").split("\n"));
  const timeout = Promise.withResolvers();
  const timer = setTimeout(() => timeout.reject(new Error(`not done after ${timeLimitMs} ms`)), timeLimitMs);
  try {
    await Promise.race([import(pathToFileURL(resolve(file)).href), timeout.promise]);
    return { lines };
  } catch (error) {
    return { lines, error: String(error) };
  } finally {
    clearTimeout(timer);
  }
}

const printed = [];
for (const file of files) printed.push(await run(file));
writeFileSync(results, JSON.stringify(printed));
// Some examples leave a system running.
process.exit();
