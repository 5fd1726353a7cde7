import { KubeConfig } from "@kubernetes/client-node";
import { systemClock } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { PodClient } from "../src/pod-client.ts";
import { createCertificate } from "./certificate.ts";
import { HostileServer } from "./hostile-server.ts";

const { signal } = new AbortController();

test("requests go to whom the account's authority vouches for, and to nobody else", async () => {
  const server = await HostileServer.start("HTTP/2", (answer) => answer.end('{"kind":"PodList"}'));
  const clientTrusting = (authorityFile: string | undefined): PodClient => {
    const access = { server: server.url, token: () => "secret", authorityFile };
    return new PodClient({ access, namespace: "home" }, systemClock);
  };
  expect(await clientTrusting(server.authorityFile).list("c", signal)).toEqual({ kind: "PodList" });
  for (const stranger of [createCertificate().certFile, undefined])
    await expect(clientTrusting(stranger).list("c", signal)).rejects.toThrow(/self-signed/);
  expect(server.asked.length).toBe(1);
});

test("a token that ends with a new line, as files do, is sent without it", async () => {
  const server = await HostileServer.start("HTTP/2", (answer) => answer.end("{}"));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "there", server: server.url, caFile: server.authorityFile!, skipTLSVerify: false },
    { name: "me", token: "secret\n" },
  );
  const client = new PodClient({ access: kubeConfig, namespace: "home" }, systemClock);
  await client.list("c", signal);
  expect(server.logins).toEqual(["Bearer secret"]);
});
