import { once } from "node:events";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import { expect, test } from "vitest";
import { FlakyLink } from "./flaky-link.ts";
import { TextMember, text } from "./text-member.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
const idleMs = isNightly ? 60_000 : 5_000;
/** What a timer and a busy machine may add. */
const slackMs = 300;

/** Milliseconds until something holds. */
async function until(holds: () => boolean): Promise<number> {
  const startMs = performance.now();
  while (!holds()) await pause(5);
  return performance.now() - startMs;
}

test.for(["nobody says anything", "messages flow"] as const)(
  "N6 a link that goes dead while %s is noticed by both sides within three seconds",
  { timeout: 60_000 },
  async (meanwhile) => {
    const die = async (afterMs: number): Promise<readonly number[]> => {
      await using link = await FlakyLink.start();
      await using a = await TextMember.start();
      await using b = await TextMember.start({ advertisedHost: link.address });
      link.targetPort = b.remote.listeningPort;
      await a.request(b.pid("echo"), text("x"));
      const send = (): void => {
        if (meanwhile === "messages flow") a.system.root.send(b.pid("collector"), text("x".repeat(1_000)));
      };
      const sending = setInterval(send, 5);
      await pause(afterMs);
      expect([a.remote.dialectAt(link.address), b.remote.stats.sessions]).toEqual(["ts-grain", 1]);
      link.freeze();
      const noticedMs = await Promise.all([
        until(() => a.remote.dialectAt(link.address) === undefined),
        until(() => b.remote.stats.sessions === 0),
      ]);
      clearInterval(sending);
      return noticedMs;
    };
    const noticedMs = (await Promise.all([1_000, 1_300, 1_600, 1_900].map(die))).flat();
    console.log(`N6: while ${meanwhile}, noticed after ${noticedMs.map(Math.round).join(", ")} ms`);
    expect(Math.max(...noticedMs)).toBeLessThan(3_000 + slackMs);
  },
);

test("N6 the first message after a minute of silence on a link that died meanwhile settles by its deadline, and later ones arrive", {
  timeout: 120_000,
}, async () => {
  await using link = await FlakyLink.start();
  await using a = await TextMember.start();
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  const ask = (timeoutMs: number) =>
    a.system.root.requestAsync(b.pid("echo"), text("x"), { timeoutMs }).then(
      () => "answered",
      (error: { readonly code: string }) => error.code,
    );
  await expect(ask(5_000)).resolves.toBe("answered");
  link.freeze();
  await pause(idleMs);
  const startMs = performance.now();
  expect(["deadline_exceeded", "dead_letter"]).toContain(await ask(2_000));
  expect(performance.now() - startMs).toBeLessThan(2_000 + slackMs);
  link.thaw();
  const recoveredMs = performance.now();
  while ((await ask(1_000)) !== "answered" && performance.now() - recoveredMs < 30_000);
  console.log(`N6: answered ${Math.round(performance.now() - recoveredMs)} ms after the link was mended`);
  // The pause between two attempts is 5 s at most, and an attempt that the dead link had swallowed takes three.
  expect(performance.now() - recoveredMs).toBeLessThan(10_000);
  await expect(ask(5_000)).resolves.toBe("answered");
});

test("N9 what takes a slow link longer than silence is borne gets through, and nobody is taken for dead", {
  timeout: 120_000,
}, async () => {
  // Within the machine some megabytes of it are on their way at a time, behind which a probe waits.
  const [messages, mebibyte] = [isNightly ? 32 : 6, 1024 * 1024];
  await using link = await FlakyLink.start({ bytesPerSecond: 1.25 * mebibyte });
  await using a = await TextMember.start();
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  const startMs = performance.now();
  const arrived = (count: number) =>
    expect.poll(() => b.collected.length, { timeout: 12_000, interval: 50 }).toBeGreaterThanOrEqual(count);
  for (let n = 0; n < messages; n++) {
    a.system.root.send(b.pid("collector"), text("x".repeat(mebibyte)));
    // More than 16 at a time would not all be taken.
    await arrived(n - 5);
  }
  await arrived(messages);
  console.log(`N9: ${messages} MiB took ${Math.round(performance.now() - startMs)} ms`);
  expect([link.connections, a.remote.stats.endpoints]).toEqual([1, 1]);
});

test("a peer that moved to another address while its link went dead gets in once that was noticed", {
  timeout: 20_000,
}, async () => {
  await using link = await FlakyLink.start();
  await using member = await TextMember.start();
  link.targetPort = member.remote.listeningPort;
  const greet = async (through: string, address: string): Promise<RawPeer> =>
    (await RawPeer.connect(new GrpcTransport(), through)).greet({ systemId: "x", address });
  const earlier = await greet(link.address, "raw:1");
  await until(() => earlier.answers.length === 1);
  link.freeze();
  const comeBack = async (): Promise<RawPeer> => {
    const peer = await greet(member.remote.address, "raw:2");
    await until(() => peer.isClosed || peer.answers.length === 1);
    return peer.isClosed ? comeBack() : peer;
  };
  const startMs = performance.now();
  const later = await comeBack();
  expect(performance.now() - startMs).toBeLessThan(3_000 + slackMs);
  expect(member.remote.stats.refused.greetings).toBeGreaterThan(0);
  later.close();
});

/** Milliseconds from each attempt to connect to a server, which never says a word, to what follows it: another, or the end. */
async function attempts(
  server: Server,
  event: "connection" | "stream",
  end: (address: string) => Promise<unknown>,
) {
  const atMs: number[] = [];
  server.on("connection", (socket: Socket) => socket.on("error", () => {}));
  server.on(event, () => atMs.push(performance.now()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await end(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close();
  atMs.push(performance.now());
  return atMs.slice(1).map((ms, index) => Math.round(ms - atMs[index]!));
}

test("N7 an attempt to connect to who sends no settings, or answers no greeting, fails within five seconds, and others do not notice", {
  timeout: 60_000,
}, async () => {
  const withoutSettings = createServer((socket) => socket.resume());
  const withoutAnswer = createHttp2Server().on("stream", (stream) => {
    stream.on("error", () => {}).respond({ ":status": 200, "content-type": "application/grpc" });
  });
  await using a = await TextMember.start();
  await using b = await TextMember.start();
  await a.request(b.pid("echo"), text("x"));
  const giveUp = (address: string) =>
    expect(
      a.system.root.requestAsync(new PID(address, "x"), text("?"), { timeoutMs: 50_000 }),
    ).rejects.toMatchObject({ code: "dead_letter" });
  let areTried = true;
  let slowestMs = 0;
  const talk = async (): Promise<void> => {
    while (areTried) {
      const askedMs = performance.now();
      await a.request(b.pid("echo"), text("x"));
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      await pause(5);
    }
  };
  const talking = talk();
  const tookMs = await Promise.all([
    attempts(withoutSettings, "connection", giveUp),
    attempts(withoutAnswer as unknown as Server, "stream", giveUp),
  ]);
  areTried = false;
  await talking;
  console.log(
    `N7: attempts took ${tookMs.flat().join(", ")} ms with the pauses behind them; others waited ${Math.round(slowestMs)} ms at most`,
  );
  expect(tookMs.map(({ length }) => length)).toEqual([5, 5]);
  expect(Math.max(...tookMs.flat())).toBeLessThan(5_000);
  expect(slowestMs).toBeLessThan(500);
});
