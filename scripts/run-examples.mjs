// Started by check-examples.mjs: runs the example files that it is given, one after the other, and answers with the
// lines that each has printed, as JSON.
import { pathToFileURL } from "node:url";

const timeLimitMs = 10_000;
// Standard output is for the answer; the log of a system is not what an example prints.
console.info = console.debug = console.error;

async function run(path) {
  const printed = [];
  console.log = (...values) => printed.push(values.map(String).join(" "));
  const timeout = Promise.withResolvers();
  const timer = setTimeout(() => timeout.reject(new Error(`not done after ${timeLimitMs} ms`)), timeLimitMs);
  try {
    await Promise.race([import(pathToFileURL(path).href), timeout.promise]);
    return { path, printed };
  } catch (error) {
    return { path, printed, error: String(error) };
  } finally {
    clearTimeout(timer);
  }
}

const results = [];
for (const path of process.argv.slice(2)) results.push(await run(path));
process.stdout.write(JSON.stringify(results), () => process.exit(0));
