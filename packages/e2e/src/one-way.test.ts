import { setTimeout } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import {
  EndpointConnectedEvent,
  EndpointTerminatedEvent,
  GrpcTransport,
  type Transport,
} from "@ts-grain/remote";
import { describe, expect, test } from "vitest";
import { FlakyLink } from "./flaky-link.ts";
import { buildGoPeer, GoPeer } from "./go-peer.ts";
import { TextMember, text } from "./text-member.ts";

/** Takes connections, and gets none: as behind a firewall. */
function walledIn(): Transport {
  const transport = new GrpcTransport();
  return {
    listen: (at, accept) => transport.listen(at, accept),
    connect: async () => {
      throw new Error("the firewall lets nothing out");
    },
  };
}

test("a watcher whose process advertises an address at which nobody listens is told of an end, and its log says why", async () => {
  const warnings: unknown[] = [];
  const drop = (): void => {};
  const warn = (details: unknown, message: unknown): void => {
    warnings.push([details, message]);
  };
  const logger = { debug: drop, info: drop, error: drop, warn: warn as () => void };
  await using there = await TextMember.start();
  await using here = await TextMember.start({ advertisedHost: "127.0.0.1:1", logger });
  const watcher = new TestProbe(here.system);
  watcher.watch(there.pid("echo"));
  await expect.poll(() => there.remote.stats.watchers).toBe(1);
  const given = here.next(EndpointTerminatedEvent);
  there.system.root.stop(there.pid("echo"));
  expect((await watcher.next({ timeoutMs: 5_000 })).message).toMatchObject({ why: "address_terminated" });
  await expect(given).resolves.toMatchObject({ address: there.remote.address, reason: "one_way" });
  expect(warnings).toEqual([
    [
      { address: there.remote.address, own: "127.0.0.1:1", unlogged: 0 },
      expect.stringContaining("the peer cannot connect to us"),
    ],
  ]);
  // What it sends arrives all the same.
  here.system.root.send(there.pid("collector"), text("again"));
  await expect.poll(() => there.collected).toEqual(["again"]);
});

describe.skipIf(!buildGoPeer())("with Proto.Actor Go", () => {
  /** Has Go watch actors of ours, and returns whom it reports to. */
  async function watchFromGo(observer: TextMember, go: GoPeer, targets: readonly PID[]): Promise<TestProbe> {
    const report = new TestProbe(observer.system);
    for (const { address, id } of targets) {
      report.request(new PID(go.address, "control"), text(JSON.stringify({ do: "watch", address, id })));
      expect((await report.next({ timeoutMs: 5_000 })).message).toEqual(text("watching"));
    }
    return report;
  }

  test("Go's watcher hears of an end from a member that cannot connect to Go", async () => {
    await using go = await GoPeer.start();
    await using observer = await TextMember.start();
    await using ours = await TextMember.start({ transport: walledIn() });
    const report = await watchFromGo(observer, go, [ours.pid("echo")]);
    await expect.poll(() => ours.remote.stats.watchers).toBe(1);
    ours.system.root.stop(ours.pid("echo"));
    expect((await report.next({ timeoutMs: 5_000 })).message).toEqual(
      text(`terminated: ${ours.remote.address}/echo AddressTerminated`),
    );
    expect(go.isAlive).toBe(true);
  });

  test("Go's watcher hears at once that a member takes no more watches", async () => {
    await using go = await GoPeer.start();
    await using observer = await TextMember.start();
    await using ours = await TextMember.start({ maxPeerWatches: 1 });
    const report = await watchFromGo(observer, go, [ours.pid("echo"), ours.pid("collector")]);
    // Go replaces the reason that a remote gives by "Stopped".
    expect((await report.next({ timeoutMs: 5_000 })).message).toEqual(
      text(`terminated: ${ours.remote.address}/collector Stopped`),
    );
    ours.system.root.stop(ours.pid("echo"));
    expect((await report.next({ timeoutMs: 5_000 })).message).toEqual(
      text(`terminated: ${ours.remote.address}/echo Stopped`),
    );
    expect(go.isAlive).toBe(true);
  });

  /** Dials through a link what listens behind it, and hears of each answer. */
  function through(link: FlakyLink, onAnswer: () => void = () => {}): Transport {
    const transport = new GrpcTransport();
    return {
      listen: (at, accept) => transport.listen(at, accept),
      connect: (_address, handlers, options) => {
        const onFrame = (frame: Uint8Array): void => {
          onAnswer();
          handlers.onFrame(frame);
        };
        return transport.connect(link.address, { ...handlers, onFrame }, options);
      },
    };
  }

  test("a connection that breaks after Go has read of an end makes nobody be told again", async () => {
    await using go = await GoPeer.start();
    await using observer = await TextMember.start();
    await using link = await FlakyLink.start();
    link.targetPort = Number(go.address.split(":")[1]);
    let answers = 0;
    const transport = through(link, () => {
      answers++;
    });
    await using ours = await TextMember.start({ transport });
    const report = await watchFromGo(observer, go, [ours.pid("echo"), ours.pid("collector")]);
    ours.system.root.stop(ours.pid("echo"));
    expect((await report.next({ timeoutMs: 5_000 })).message).toEqual(
      text(`terminated: ${ours.remote.address}/echo Stopped`),
    );
    // To our greeting, and to the one after the end.
    await expect.poll(() => answers).toBe(2);
    link.reset();
    await setTimeout(2_500);
    expect([report.messages, ours.remote.stats.watchers, go.isAlive]).toEqual([[], 1, true]);
  });

  test("a connection that breaks before Go has read of an end makes Go tell its watchers itself, each once", async () => {
    await using go = await GoPeer.start();
    await using observer = await TextMember.start();
    await using link = await FlakyLink.start();
    link.targetPort = Number(go.address.split(":")[1]);
    await using ours = await TextMember.start({ transport: through(link) });
    const report = await watchFromGo(observer, go, [ours.pid("echo"), ours.pid("collector")]);
    ours.system.root.send(new PID(go.address, "nobody"), text("so that there is a connection"));
    await ours.next(EndpointConnectedEvent);
    link.freeze();
    ours.system.root.stop(ours.pid("echo"));
    await setTimeout(200);
    link.reset();
    link.thaw();
    const told = [await report.next({ timeoutMs: 5_000 }), await report.next({ timeoutMs: 5_000 })];
    expect(new Set(told.map(({ message }) => (message as { value: string }).value))).toEqual(
      new Set(
        ["echo", "collector"].map((id) => `terminated: ${ours.remote.address}/${id} AddressTerminated`),
      ),
    );
    await setTimeout(2_000);
    expect([report.messages, ours.remote.stats.watchers, go.isAlive]).toEqual([[], 0, true]);
  });
});
