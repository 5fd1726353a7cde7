// Shows that the built actor package runs in a browser, as it is and bundled. Needs a build and Chromium;
// without Chromium it is skipped, and fails under CI.
import { execFileSync, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";

const dist = join(dirname(import.meta.dirname), "packages/actor/dist");
const isMissing = spawnSync("chromium", ["--version"]).status !== 0;

/** Two actors throw a ball until it has been caught 1 000 times, and then the title says so. */
const page = `<!doctype html><title>waiting</title><script type="module">
  import { ActorSystem, propsFromFunction } from "/index.js";
  const system = new ActorSystem();
  const pong = system.root.spawn(propsFromFunction((context) => {
    if (typeof context.message === "number") context.respond(context.message + 1);
  }));
  const ping = system.root.spawn(propsFromFunction(async (context) => {
    if (typeof context.message !== "number") return;
    let ball = 0;
    while (ball < context.message) ball = await context.requestAsync(pong, ball);
    context.respond(ball);
  }));
  document.title = "caught " + await system.root.requestAsync(ping, 1000);
  await system.shutdown();
</script>`;

/** The title of the page once all is done, with the package as the function reads it. */
async function titleWith(readModule) {
  const answer = async (request, response) => {
    const isPage = request.url === "/";
    const body = isPage ? page : await readModule(request.url).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": isPage ? "text/html" : "text/javascript",
    });
    response.end(body);
  };
  const server = createServer((request, response) => void answer(request, response));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({
    executablePath: execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
    // Debian's browser, as root, on a machine that may have no way out.
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(url);
    await tab.waitForFunction(() => document.title !== "waiting");
    return await tab.title();
  } finally {
    await browser.close();
  }
}

/** The package as one file. Anything that a browser lacks is an error. */
async function bundled() {
  const bundle = await rolldown({
    input: join(dist, "index.js"),
    platform: "browser",
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "esm" });
  return output[0].code;
}

const inBrowser = test.skipIf(isMissing && !process.env.CI);

inBrowser("two actors throw a ball 1 000 times in a browser", { timeout: 60_000 }, async () => {
  expect(await titleWith((path) => readFile(join(dist, path)))).toBe("caught 1000");
});

inBrowser("they do so from a bundle, too", { timeout: 60_000 }, async () => {
  const code = await bundled();
  expect(await titleWith(() => Promise.resolve(code))).toBe("caught 1000");
});
