import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { PodClient } from "../src/pod-client.ts";

test("a request that is given up leaves no connection to a proxy that says nothing", async () => {
  const open = new Set<Socket>();
  let connections = 0;
  const proxy = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    socket.resume();
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const { port } = proxy.address() as AddressInfo;
  const kubeConfig = new KubeConfig();
  const proxyUrl = `http://127.0.0.1:${port}`;
  kubeConfig.loadFromClusterAndUser(
    { name: "c", server: "https://127.0.0.1:9", skipTLSVerify: true, proxyUrl },
    { name: "m", token: "t" },
  );
  const client = new PodClient({ access: kubeConfig, namespace: "n" }, new VirtualClock());
  for (let request = 1; request <= 3; request++) {
    const aborting = new AbortController();
    const asked = expect(client.get("pod", aborting.signal)).rejects.toThrow();
    await expect.poll(() => connections).toBe(request);
    aborting.abort(new Error("given up"));
    await asked;
    await expect.poll(() => open.size).toBe(0);
  }
  proxy.close();
});
