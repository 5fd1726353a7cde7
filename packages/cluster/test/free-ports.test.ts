import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test, vi } from "vitest";

/** What another process would have: the module keeps what it has claimed to itself. */
async function anotherProcess(): Promise<typeof import("@ts-grain/cluster/testing")> {
  vi.resetModules();
  return import("@ts-grain/cluster/testing");
}

test("no port is handed out twice, by one process or by several", async () => {
  // All look for a block from the same one on.
  using _random = vi.spyOn(Math, "random").mockReturnValue(0.5);
  const processes = [await anotherProcess(), await anotherProcess(), await anotherProcess()];
  // More than a process claims at once.
  const ports = await Promise.all(
    processes.flatMap((process) => [process.freePorts(60), process.freePorts(5)]),
  );
  expect(new Set(ports.flat()).size).toBe(3 * 65);
});

test("no port is one that outgoing connections could take", async () => {
  const { freePorts } = await anotherProcess();
  for (const port of await freePorts(100)) {
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(30_000);
  }
});

test("a port that somebody else listens on is passed over", async () => {
  const { freePorts } = await anotherProcess();
  const [port] = await freePorts(1);
  await using server = createServer();
  await once(server.listen(port! + 1, "127.0.0.1"), "listening");
  expect(await freePorts(10)).not.toContain(port! + 1);
});
