// Part of `npm run consumer`: what a new user does first. Follows docs/first-five-minutes.md word for word, then makes a
// project of the template consul, checks it, and runs it: two members, a client, a call from the terminal. The packages
// that `npm run pack` has made come from a registry of this machine, all others from npm's.
import "./require-node.mjs";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { followBlocks, followSection } from "./document.mjs";
import { userEnvironment } from "./user-environment.mjs";

/** A program that runs until it is told to end. */
class Program {
  #child;
  #lines;

  constructor(args, { cwd, env }) {
    const options = { cwd, env: { ...userEnvironment(), ...env }, stdio: ["ignore", "pipe", "inherit"] };
    this.#child = spawn(process.execPath, args, options);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** What the pattern finds in the next line that it matches. */
  async until(pattern) {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the program has ended without printing ${pattern}`);
      const found = pattern.exec(value);
      if (found) return found;
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGTERM");
    await once(this.#child, "exit");
  }
}

/** undefined, with a loud line, if there is none to be had. In CI that is an error. */
function findConsul() {
  try {
    return execFileSync(process.execPath, ["scripts/get-server.mjs", "consul"], { encoding: "utf8" }).trim();
  } catch (error) {
    if (process.env.CI === "true") throw error;
    console.warn("!!! NOT TRIED: the members of the template consul; there is no Consul to be had here !!!");
    return undefined;
  }
}

const sh = (text) => ({ lang: "sh", text: `${text}\n` });
const prints = (text) => ({ lang: "text", text: `${text}\n` });

async function tryConsulTemplate({ folder, env }) {
  const { folder: cwd } = followBlocks(
    [
      sh("npm create ts-grain my-cluster -- --template consul"),
      sh("cd my-cluster && npm install && npm run check"),
      prints("      Tests  1 passed (1)"),
    ],
    { folder, env, log: console.log },
  );
  const program = findConsul();
  if (!program) return;
  await using consul = await ConsulServer.start(program);
  const place = { cwd, env: { ...env, CONSUL_HTTP_ADDR: consul.address } };
  await using first = new Program(["src/main.ts"], place);
  await using second = new Program(["src/main.ts"], place);
  for (const member of [first, second]) await member.until(/^member \S+ is up/);
  const call = `npx ts-grain call "Greeter/front door" Greet '{"name": "Alan"}' --cluster my-cluster --json`;
  followBlocks(
    [
      sh("npm run client"),
      prints("Hello Ada, you are number 1"),
      sh(call),
      prints('{"text":"Hello Alan, you are number 2"}'),
      sh("npx ts-grain members --cluster my-cluster --json | grep -c address"),
      prints("2"),
    ],
    { folder: cwd, env: place.env, log: console.log },
  );
}

const folder = mkdtempSync(join(tmpdir(), "ts-grain-first-"));
try {
  await using registry = new Program(["scripts/serve-packages.mjs", "0"], { cwd: process.cwd() });
  const [, url] = await registry.until(/npm_config_registry=(\S+)/);
  // Nobody is there to be asked whether `npm create` may install, and this machine's own settings may say no.
  const npm = { npm_config_registry: url, npm_config_prefer_offline: "true", npm_config_yes: "true" };
  const env = { ...npm, NO_COLOR: "1" };
  followSection("docs/first-five-minutes.md", { heading: "## A project", folder, env, log: console.log });
  await tryConsulTemplate({ folder, env });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log("the first projects are made, checked and run");
