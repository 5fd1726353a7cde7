import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";

/** An entry of the server's log. */
interface Entry {
  readonly msg: string;
  readonly req?: { readonly method: string; readonly url: string };
}

/** The server in a process of its own, and what it logs. */
class ServerProcess {
  readonly #child: ChildProcess;
  /** Resolves with the exit code. */
  readonly exited: Promise<unknown>;
  readonly #entries: Entry[] = [];
  readonly #arrived = new EventTarget();

  constructor(env: Readonly<Record<string, string>>) {
    const args = ["--conditions=@ts-grain/source", join(import.meta.dirname, "main.ts")];
    this.#child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
    this.exited = once(this.#child, "exit").then(([code]) => code);
    onTestFinished(() => void this.#child.kill("SIGKILL"));
    createInterface(this.#child.stdout!).on("line", (line) => {
      this.#entries.push(JSON.parse(line) as Entry);
      this.#arrived.dispatchEvent(new Event("entry"));
    });
  }

  get messages(): readonly string[] {
    return this.#entries.map(({ msg }) => msg);
  }

  /** Resolves with the first entry, also of those before, that fulfils the condition. */
  async logged(condition: (entry: Entry) => boolean): Promise<Entry> {
    for (;;) {
      const entry = this.#entries.find(condition);
      if (entry) return entry;
      await once(this.#arrived, "entry");
    }
  }

  /** Where it listens, once it does. */
  async url(): Promise<string> {
    const { msg } = await this.logged((entry) => entry.msg.startsWith("Server listening at "));
    return msg.replace("Server listening at ", "");
  }

  /** Sends the signal, and resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<unknown> {
    this.#child.kill(signal);
    return this.exited;
  }
}

function asking(body: object): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

test("on SIGTERM the server is not ready any more, answers what it has, and leaves the cluster, in this order", async () => {
  const server = new ServerProcess({ PORT: "0", DRAIN_MS: "2000", PACK_MS: "2500" });
  const url = await server.url();
  const post = (path: string, body: object) => fetch(url + path, asking(body));

  expect((await fetch(`${url}/ready`)).status).toBe(200);
  await post("/articles/tea/put", { quantity: 5 });
  const relabelled = post("/articles/tea/relabel", { quantity: 2, to: "finest tea" });
  await server.logged(({ req }) => req?.url === "/articles/tea/relabel");

  const ended = server.end("SIGTERM");
  await server.logged((entry) => entry.msg === "not ready any more");
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  expect((await fetch(`${url}/live`)).status).toBe(200);
  // The load balancer does not know yet.
  expect((await post("/articles/coffee/put", { quantity: 1 })).status).toBe(200);
  // Its second call comes when no new requests are taken any more.
  expect(await (await relabelled).json()).toEqual({ left: 2 });

  expect(await ended).toBe(0);
  const steps = ["not ready any more", "all requests are answered", "the member has left"];
  expect(server.messages.filter((message) => steps.includes(message))).toEqual(steps);
  await expect(fetch(`${url}/live`)).rejects.toThrow();
});

test("a call whose client hangs up is given up", async () => {
  const server = new ServerProcess({ PORT: "0", DRAIN_MS: "0", PACK_MS: "60000" });
  const url = await server.url();
  await fetch(`${url}/articles/tea/put`, asking({ quantity: 5 }));
  const client = new AbortController();
  const taken = fetch(`${url}/articles/tea/take`, { ...asking({ quantity: 2 }), signal: client.signal });
  await server.logged(({ req }) => req?.url === "/articles/tea/take");
  client.abort();
  await expect(taken).rejects.toThrow();
  await server.logged((entry) => entry.msg === "the client has hung up");
});

test("a port that is taken ends the process with an error", async () => {
  const first = new ServerProcess({ PORT: "0", DRAIN_MS: "0" });
  const second = new ServerProcess({ PORT: new URL(await first.url()).port });
  expect(await second.exited).not.toBe(0);
  expect(await first.end("SIGINT")).toBe(0);
});
