import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import type { Member, ProviderSession } from "@ts-grain/cluster";
import { freePorts, ObservedMembers, ServerProcess } from "@ts-grain/cluster/testing";
import { EtcdProvider, type EtcdProviderOptions } from "@ts-grain/cluster-etcd";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { findEtcd } from "./etcd-program.ts";

const program = findEtcd();
const clusterName = "access";
const root = { name: "root", password: "secret" };

async function joinAs(
  observed: ObservedMembers,
  options: EtcdProviderOptions,
  id: string,
): Promise<ProviderSession> {
  const self: Member = { id, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" };
  return new EtcdProvider(options).joinAsMember(self, observed.context);
}

/** Alice is told of bob, who joins and leaves. */
async function seeEachOther(options: EtcdProviderOptions): Promise<void> {
  const [observed, other] = [new ObservedMembers(clusterName), new ObservedMembers(clusterName)];
  const alice = await joinAs(observed, options, "alice");
  const bob = await joinAs(other, options, "bob");
  await observed.untilIds("alice", "bob");
  await bob.leave();
  await observed.untilIds("alice");
  await alice.leave();
  expect([observed.logger.at("warn"), other.logger.at("warn")]).toEqual([[], []]);
}

async function post(endpoint: string, method: string, body: object): Promise<void> {
  const answer = await fetch(`${endpoint}/v3/${method}`, { method: "POST", body: JSON.stringify(body) });
  expect([method, answer.status]).toEqual([method, 200]);
}

/** How often etcd was asked for a token. */
async function logins(endpoint: string): Promise<number> {
  const metrics = await (await fetch(`${endpoint}/metrics`)).text();
  return Number(/grpc_server_started_total\{grpc_method="Authenticate".*\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

/** A key and a certificate that signs itself, for who calls and who is called. */
function certify(folder: string): { readonly key: string; readonly cert: string } {
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
  execFileSync("openssl", [...options.split(" "), ...names], { cwd: folder, stdio: "pipe" });
  return {
    key: readFileSync(join(folder, "key.pem"), "utf8"),
    cert: readFileSync(join(folder, "cert.pem"), "utf8"),
  };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-etcd-access-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Dials through a proxy of HTTP, as a user would. */
function dialThrough(port: number): NonNullable<EtcdProviderOptions["dial"]> {
  return ({ host }, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const asking = request({ host: "127.0.0.1", port, method: "CONNECT", path: host, signal });
    asking.on("error", reject);
    asking.on("connect", (_answer, socket, first) => {
      socket.unshift(first);
      resolve(socket);
    });
    asking.end();
    return promise;
  };
}

describe.skipIf(program === undefined)("with a real etcd", { timeout: 60_000 }, () => {
  test("members meet where the JSON gateway is switched off", async () => {
    await using etcd = await EtcdServer.start({ program, flags: { "enable-grpc-gateway": "false" } });
    const { endpoints } = etcd;
    const answer = await fetch(`${endpoints[0]}/v3/kv/range`, { method: "POST", body: '{"key": "YQ=="}' });
    expect(answer.status).toBe(404);
    await seeEachOther({ endpoints });
  });

  test("members log in, and get another token whenever one has run out", async () => {
    await using etcd = await EtcdServer.start({ program, flags: { "auth-token-ttl": "1" } });
    const { endpoints } = etcd;
    const endpoint = endpoints[0]!;
    await post(endpoint, "auth/user/add", root);
    await post(endpoint, "auth/role/add", { name: "root" });
    await post(endpoint, "auth/user/grant", { user: "root", role: "root" });
    await post(endpoint, "auth/enable", {});
    await seeEachOther({ endpoints, login: root });
    const observed = new ObservedMembers(clusterName);
    const options = { endpoints, login: root, ttlMs: 16_000, refreshMs: 4_000 };
    const alice = await joinAs(observed, options, "alice");
    const before = await logins(endpoint);
    await expect.poll(() => logins(endpoint), { timeout: 30_000 }).toBeGreaterThan(before + 1);
    await alice.leave();
    expect([observed.history, observed.logger.at("warn")]).toEqual([[["alice"]], []]);
  });

  test.for([
    { name: "no login", login: undefined, says: /user name is empty/ },
    { name: "a wrong password", login: { ...root, password: "guess" }, says: /invalid user ID or password/ },
  ])("with $name nobody joins, and is told why", async ({ login, says }) => {
    await using etcd = await EtcdServer.start({ program });
    const { endpoints } = etcd;
    await post(endpoints[0]!, "auth/user/add", root);
    await post(endpoints[0]!, "auth/user/grant", { user: "root", role: "root" });
    await post(endpoints[0]!, "auth/enable", {});
    const options = { endpoints, login, joinTimeoutMs: 1_000, leaveTimeoutMs: 1_000 };
    await expect(joinAs(new ObservedMembers(clusterName), options, "alice")).rejects.toThrow(says);
  });

  test("members meet through TLS, and only who has a certificate joins", async () => {
    const folder = temporaryFolder();
    const { key, cert } = certify(folder);
    const [client, peer, metrics] = await freePorts(3);
    const flags = {
      "data-dir": join(folder, "data"),
      "listen-client-urls": `https://127.0.0.1:${client}`,
      "advertise-client-urls": `https://127.0.0.1:${client}`,
      "listen-peer-urls": `http://127.0.0.1:${peer}`,
      "listen-metrics-urls": `http://127.0.0.1:${metrics}`,
      "cert-file": join(folder, "cert.pem"),
      "key-file": join(folder, "key.pem"),
      "client-cert-auth": "true",
      "trusted-ca-file": join(folder, "cert.pem"),
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const isReady = async () => (await fetch(`http://127.0.0.1:${metrics}/health`)).ok;
    await using _etcd = await ServerProcess.start({ program: program!, args, isReady });
    const endpoints = [`https://127.0.0.1:${client}`];
    await seeEachOther({ endpoints, tls: { ca: cert, key, cert } });
    const refused = async (tls: EtcdProviderOptions["tls"]) => {
      const options = { endpoints, tls, joinTimeoutMs: 1_000, leaveTimeoutMs: 100 };
      await joinAs(new ObservedMembers(clusterName), options, "eve");
    };
    await expect(refused({ ca: cert })).rejects.toThrow(/alert|ECONNRESET|certificate/);
    await expect(refused({ key, cert })).rejects.toThrow(/self-signed certificate/);
  });

  test("members meet through a proxy, and leave no connection to it", async () => {
    await using etcd = await EtcdServer.start({ program });
    let tunnels = 0;
    const proxy = createServer().on("connect", ({ url }, socket: Duplex) => {
      tunnels++;
      const { hostname, port } = new URL(`http://${url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      for (const side of [socket, onward]) side.on("error", () => undefined);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    await seeEachOther({ endpoints: etcd.endpoints, dial: dialThrough(port) });
    expect(tunnels).toBe(2);
    const connections = () => promisify(proxy.getConnections.bind(proxy))();
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
  });
});
