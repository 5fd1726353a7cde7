// A process whose session has ended ends by itself: nothing of the library or of ours keeps it alive.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, test } from "vitest";
import { findEtcd } from "./etcd-program.ts";
import { HostileServer } from "./hostile-server.ts";

const program = findEtcd();
const script = fileURLToPath(new URL("leaving-program.ts", import.meta.url));
/** Milliseconds in which a process starts, is refused for one second and ends. */
const endsWithinMs = 15_000;

function start(endpoint: string, end: "leave" | "abandon"): ChildProcessByStdio<Writable, Readable, null> {
  const args = ["--conditions=@ts-grain/source", script, endpoint, end];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], timeout: endsWithinMs });
}

test.for(["http", "https"])("a process that was not let in by silence under %s ends", async (scheme) => {
  await using server = await HostileServer.accepting(() => undefined);
  const child = start(`${scheme}://${server.authority}`, "leave");
  const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(said).toMatch(/^refused: ClusterError: the provider has not let alice join endings within 1000 ms/);
  expect([code, signal]).toEqual([0, null]);
});

describe.skipIf(program === undefined)("with a real etcd", { timeout: 40_000 }, () => {
  test.for(["leave", "abandon"] as const)("a process that has called %s ends", async (end) => {
    await using etcd = await EtcdServer.start({ program });
    const child = start(etcd.endpoints[0]!, end);
    await once(child.stdout, "readable");
    child.stdin.end();
    const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect([said, code, signal]).toEqual(["joined\nended\n", 0, null]);
  });

  test.for(["leave", "abandon"] as const)(
    "a process that calls %s while etcd says nothing ends",
    async (end) => {
      await using etcd = await EtcdServer.start({ program });
      const child = start(etcd.endpoints[0]!, end);
      await once(child.stdout, "readable");
      etcd.freeze();
      child.stdin.end();
      const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
      expect([said, code, signal]).toEqual(["joined\nended\n", 0, null]);
    },
  );
});
