import { setTimeout as pause } from "node:timers/promises";
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { EndpointConnectedEvent, EndpointTerminatedEvent } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { FlakyLink } from "./flaky-link.ts";
import { TestAuthority } from "./test-authority.ts";
import { TextMember, text } from "./text-member.ts";

test("members talk over mutual TLS with a cluster token", async () => {
  using authority = new TestAuthority();
  const options = {
    tls: authority.issue({ names: ["IP:127.0.0.1"] }),
    clusterName: "c",
    clusterToken: "correct horse battery",
  };
  await using a = await TextMember.start(options);
  await using b = await TextMember.start(options);
  await expect(a.request(b.pid("echo"), text("x"))).resolves.toEqual(text("ts: x"));
});

test("a member whose certificate is for another host is not listened to", async () => {
  using authority = new TestAuthority();
  await using a = await TextMember.start({
    tls: authority.issue({ names: ["DNS:elsewhere.example"] }),
    connectAttempts: 1,
  });
  await using b = await TextMember.start({ tls: authority.issue({ names: ["IP:127.0.0.1"] }) });
  await expect(a.request(b.pid("echo"), text("x"))).rejects.toMatchObject({ code: "dead_letter" });
});

test("a link that is reset again and again costs order nothing, doubles nothing, and all that it lost is counted", async () => {
  await using link = await FlakyLink.start();
  await using a = await TextMember.start();
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  const target = b.pid("collector");
  for (let n = 0; n < 3_000; n++) {
    a.system.root.send(target, text(String(n)));
    if (n % 10 === 0) await pause(1);
    // Not after the last: what is on its way at that moment is lost.
    if (n % 300 === 299 && n < 2_999) link.reset();
  }
  await expect(a.request(b.pid("echo"), text("done"))).resolves.toEqual(text("ts: done"));
  const numbers = b.collected.map(Number);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((x, y) => x - y));
  expect(numbers.length).toBeGreaterThan(1_000);
  const { lost, endpoints } = a.remote.stats;
  const deadLetters = Object.values(a.system.stats.deadLetters).reduce((sum, count) => sum + count, 0);
  expect(numbers.length + deadLetters).toBeLessThanOrEqual(3_000);
  expect(numbers.length + deadLetters + lost).toBeGreaterThanOrEqual(3_000);
  // What had left in the second or so before each reset, at most.
  expect(lost).toBeLessThan(3_000);
  expect(endpoints).toBe(1);
});

test("what a peer has shown to have is not counted as lost when the link is reset later", async () => {
  await using link = await FlakyLink.start();
  await using a = await TextMember.start();
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  for (let n = 0; n < 5_000; n++) a.system.root.send(b.pid("collector"), text(String(n).padStart(100)));
  await expect.poll(() => b.collected.length).toBe(5_000);
  // Half a mebibyte takes half a dozen probes, which come each half of a second.
  await pause(5_000);
  link.reset();
  await expect.poll(() => link.connections, { timeout: 5_000 }).toBe(2);
  await expect(a.request(b.pid("echo"), text("x"))).resolves.toEqual(text("ts: x"));
  expect(a.remote.stats.lost).toBe(0);
});

test("a link that goes dead without a word is noticed by probes within seconds, and watchers are told once it is given up", async () => {
  await using link = await FlakyLink.start();
  await using a = await TextMember.start({ connectTimeoutMs: 200, connectAttempts: 2 });
  await using b = await TextMember.start({ advertisedHost: link.address });
  link.targetPort = b.remote.listeningPort;
  const watcher = new TestProbe(a.system);
  watcher.watch(b.pid("echo"));
  await a.request(b.pid("echo"), text("x"));
  link.freeze();
  expect((await watcher.next({ timeoutMs: 8_000 })).message).toMatchObject({ why: "address_terminated" });
  link.thaw();
  await expect(a.request(b.pid("echo"), text("again"))).resolves.toEqual(text("ts: again"));
  expect(watcher.messages).toEqual([]);
});

test("a peer that takes the connection and never says a word is given up, while others are served", async () => {
  await using mute = await FlakyLink.start();
  mute.freeze();
  await using a = await TextMember.start({ connectTimeoutMs: 300, connectAttempts: 2 });
  await using b = await TextMember.start();
  const terminated = a.next(EndpointTerminatedEvent);
  const unanswered = expect(a.request(new PID(mute.address, "x"), text("?"))).rejects.toMatchObject({
    code: "dead_letter",
  });
  await expect(a.request(b.pid("echo"), text("x"))).resolves.toEqual(text("ts: x"));
  await unanswered;
  await expect(terminated).resolves.toMatchObject({ address: mute.address, reason: "unreachable" });
});

test("a member that was killed and comes back at its address within moments is another", async () => {
  await using a = await TextMember.start();
  const first = await TextMember.start();
  const watcher = new TestProbe(a.system);
  watcher.watch(first.pid("echo"));
  await a.request(first.pid("echo"), text("x"));
  await first[Symbol.asyncDispose]();
  await using second = await TextMember.start({ port: first.port });
  expect((await watcher.next({ timeoutMs: 3_000 })).message).toMatchObject({ why: "address_terminated" });
  const connected = a.next(EndpointConnectedEvent);
  await expect(a.request(second.pid("echo"), text("again"))).resolves.toEqual(text("ts: again"));
  await connected;
});
