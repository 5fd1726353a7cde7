// Shows that the built actor package runs in a browser as it is, without a bundler. Needs a build and Chromium;
// without Chromium it is skipped, and fails under CI.
import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const dist = join(dirname(import.meta.dirname), "packages/actor/dist");
const chromium = "chromium";
const isMissing = spawnSync(chromium, ["--version"]).status !== 0;

const page = `<!doctype html><title>waiting</title><script type="module">
  import { ActorSystem, propsFromFunction } from "/index.js";
  const system = new ActorSystem();
  const greeter = system.root.spawn(propsFromFunction((context) => {
    if (typeof context.message === "string") context.respond("Hello " + context.message);
  }));
  document.title = await system.root.requestAsync(greeter, "browser");
  await system.shutdown();
</script>`;

async function answer(request, response) {
  const isPage = request.url === "/";
  const body = isPage ? page : await readFile(join(dist, request.url)).catch(() => undefined);
  response.writeHead(body === undefined ? 404 : 200, {
    "content-type": isPage ? "text/html" : "text/javascript",
  });
  response.end(body);
}

test.skipIf(isMissing && !process.env.CI)("an actor answers in a browser", { timeout: 60_000 }, async () => {
  const server = createServer((request, response) => void answer(request, response));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const flags = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--virtual-time-budget=10000"];

  const { stdout } = await promisify(execFile)(chromium, [...flags, "--dump-dom", url]);

  expect(stdout).toContain("<title>Hello browser</title>");
});
