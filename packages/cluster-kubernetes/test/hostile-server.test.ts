import { systemClock } from "@ts-grain/actor";
import { describe, expect, test, vi } from "vitest";
import { PodClient } from "../src/pod-client.ts";
import { watchPods } from "../src/pod-watch.ts";
import { type Answer, HostileServer } from "./hostile-server.ts";

function createClient({ url, authorityFile }: HostileServer): PodClient {
  const access = { server: url, token: () => "secret", authorityFile };
  return new PodClient({ access, namespace: "home" }, systemClock);
}

/** Writes for as long as anybody listens. */
function writeOn(answer: Answer): void {
  const timer = setInterval(() => answer.write("x".repeat(1_000)), 5);
  answer.on("close", () => clearInterval(timer));
}

const untilNoneIsOpen = (server: HostileServer): Promise<void> =>
  vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 1_000, interval: 10 });
const { signal } = new AbortController();

describe.each(["HTTP/1.1", "HTTP/2"] as const)("a server that speaks %s", (protocol) => {
  test.each([200, 500])(
    "an answer of 100 MB with status %s is read no further than 8 MiB and what is on its way, and its connection ends",
    async (status) => {
      let chunks = 0;
      const server = await HostileServer.start(protocol, (answer) => {
        answer.writeHead(status);
        const write = (): void => {
          while (++chunks <= 100 && answer.write(Buffer.alloc(1_000_000, 0x20)));
        };
        answer.on("drain", write);
        write();
      });
      const client = createClient(server);
      await expect(client.list("c", signal)).rejects.toThrow("an answer of more than 8388608 bytes");
      await untilNoneIsOpen(server);
      expect(chunks).toBeLessThan(50);
    },
  );

  test.each<[string, (answer: Answer) => void]>([
    ["says nothing", () => {}],
    ["begins an answer and says no more", (answer) => answer.write('{"items":[')],
    ["answers for ever", writeOn],
  ])(
    "a server that %s is given up at once when its caller gives up, and its connection ends",
    async (_what, misbehave) => {
      const asked = Promise.withResolvers<void>();
      const server = await HostileServer.start(protocol, (answer) => {
        misbehave(answer);
        asked.resolve();
      });
      const caller = new AbortController();
      const listing = createClient(server).list("c", caller.signal);
      listing.catch(() => undefined);
      await asked.promise;
      caller.abort(new Error("leaving"));
      await expect(listing).rejects.toThrow("leaving");
      await untilNoneIsOpen(server);
    },
  );

  test("a connection that is reset in the middle of an answer is an error, and ends a watch", async () => {
    const server = await HostileServer.start(protocol, (answer) => {
      answer.write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n{"type":"ADD');
      setTimeout(() => server.reset(), 50);
    });
    const client = createClient(server);
    await expect(client.list("c", signal)).rejects.toThrow(Error);
    const versions: string[] = [];
    const watch = watchPods(client, { clusterName: "c", version: "5" }, { clock: systemClock, signal });
    for await (const { version } of watch) versions.push(version);
    expect(versions).toEqual(["7"]);
    await untilNoneIsOpen(server);
  });

  test("a redirection is not followed: it is refused, and the connection ends", async () => {
    const server = await HostileServer.start(protocol, (answer) => {
      answer.writeHead(307, { location: "/elsewhere" });
      answer.end("over there");
    });
    const client = createClient(server);
    const path = "/api/v1/namespaces/home/pods";
    await expect(client.list("c", signal)).rejects.toThrow("HTTP status 307: over there");
    await expect(client.get("pod-a", signal)).rejects.toThrow("HTTP status 307: over there");
    expect(server.asked).toEqual([expect.stringContaining(`${path}?`), `${path}/pod-a`]);
    await untilNoneIsOpen(server);
  });

  test("a watch that is given up ends its connection, also when nobody reads it", async () => {
    const server = await HostileServer.start(protocol, writeOn);
    const caller = new AbortController();
    await createClient(server).watch("c", { version: "1", timeoutMs: 60_000 }, caller.signal);
    caller.abort();
    await untilNoneIsOpen(server);
  });

  test("an answer in order leaves no connection behind", async () => {
    const server = await HostileServer.start(protocol, (answer) => answer.end("{}"));
    expect(await createClient(server).list("c", signal)).toEqual({});
    await untilNoneIsOpen(server);
  });
});
