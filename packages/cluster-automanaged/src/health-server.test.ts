import { once } from "node:events";
import { connect } from "node:net";
import { ClusterError, type Member } from "@ts-grain/cluster";
import { freePorts, ObservedMembers } from "@ts-grain/cluster/testing";
import { expect, onTestFinished, test } from "vitest";
import { AutoManagedProvider, type AutoManagedProviderOptions } from "./index.ts";

const alice: Member = { id: "alice", host: "127.0.0.1", port: 9_000, kinds: ["Bulb"], dialect: "ts-grain" };

async function joinAlice(options: AutoManagedProviderOptions = {}): Promise<{ port: number; url: string }> {
  const port = options.port ?? (await freePorts(1))[0]!;
  const provider = new AutoManagedProvider({ ...options, port, hosts: [`127.0.0.1:${port}`] });
  const session = await provider.joinAsMember(alice, new ObservedMembers("test").context);
  onTestFinished(() => session.leave());
  return { port, url: `http://127.0.0.1:${port}` };
}

test("a member says who it is in the form of Proto.Actor Go, and nothing else", async () => {
  const { port, url } = await joinAlice();
  const answer = await fetch(`${url}/_health`);
  expect(await answer.text()).toBe(
    `{"id":"alice","address":"127.0.0.1","auto_manage_port":${port},"port":9000,"kinds":["Bulb"],"cluster_name":"test","ts-grain":"1"}`,
  );
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/_health`, { method: "POST", body: "x" })).status).toBe(405);
});

test.each([
  "/_health/",
  "/_health?all",
  "//_health",
  "/_health/../metrics",
  "/%5fhealth",
  "/_health%00",
  "/../../etc/passwd",
  "http://other/_health",
  "/metrics",
])("H18 a stranger's request of %s is answered by nothing but that it is not there", async (path) => {
  const { port } = await joinAlice();
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  let heard = "";
  socket.on("data", (bytes) => {
    heard += String(bytes);
  });
  await once(socket, "close");
  expect(heard).toMatch(/^HTTP\/1\.1 404 /);
  expect(heard).not.toMatch(/alice|passwd/);
});

test("who sends half a request is cut off, and who sends too much", { timeout: 10_000 }, async () => {
  const { port, url } = await joinAlice();
  const slow = connect(port, "127.0.0.1");
  slow.write("GET /_health HTTP/1.1\r\n");
  const huge = await fetch(`${url}/_health`, { headers: { "x-padding": "x".repeat(8_000) } });
  expect(huge.status).toBe(431);
  slow.resume();
  await once(slow, "close");
});

test("more than a hundred connections are refused, and members are answered again once they are gone", async () => {
  const { port, url } = await joinAlice();
  const sockets = Array.from({ length: 150 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  const closed = sockets.map((socket) => once(socket.resume(), "close"));
  await Promise.race(closed);
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
  expect((await fetch(`${url}/_health`)).status).toBe(200);
});

test("a port that is taken is an error that says so, at once", async () => {
  const { port } = await joinAlice();
  await expect(joinAlice({ port })).rejects.toMatchObject({
    code: "provider_unavailable",
    message: expect.stringContaining(`${port}`),
  });
});

test.each([
  { listenHost: "0.0.0.0" },
  { hosts: ["a"] },
  { hosts: ["user@a:1"] },
  { hosts: ["a:1/x"] },
  { port: 0 },
  { misses: 0 },
])("options out of their range are refused by name: %o", (options) => {
  const [name] = Object.keys(options);
  expect(() => new AutoManagedProvider(options)).toThrow(ClusterError);
  expect(() => new AutoManagedProvider(options)).toThrow(name);
});
