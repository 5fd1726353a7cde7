import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstError } from "./first-error.ts";

/** A key and a certificate that signs itself. */
function selfSigned(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-certificate-"));
  try {
    const options =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test";
    const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
    execFileSync("openssl", [...options.split(" "), ...names], { cwd: folder, stdio: "pipe" });
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return { key: read("key.pem"), cert: read("cert.pem") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [agentOfConsul, member] = [selfSigned(), selfSigned()];
const ca = agentOfConsul.cert;
const trusting = { ...agentOfConsul, ca: member.cert, requestCert: true, rejectUnauthorized: true };
const server = createServer(trusting, (_request, response) => {
  response.writeHead(200, { "Content-Type": "application/json", "X-Consul-Index": "7" }).end("[]");
});
beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
afterAll(() => new Promise((resolve) => void server.close(resolve)));

function optionsWith(agent: Agent | undefined): ConsulProviderOptions {
  return { address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, agent };
}

test("an agent of the user's brings the certificate that Consul asks for, and the authority that Consul's own is from", async () => {
  const provider = new ConsulProvider(optionsWith(new Agent({ ca, ...member })));
  const session = await provider.joinAsClient(new ObservedMembers("secret").context);
  await session.leave();
});

test("who brings no certificate to a Consul that asks for one does not join", async () => {
  expect(await firstError(optionsWith(new Agent({ ca })))).toMatch(/certificate required|ECONNRESET|EPIPE/);
});

test("without an agent, a Consul for which no authority vouches is not spoken to", async () => {
  expect(await firstError(optionsWith(undefined))).toMatch(/self-signed certificate/);
});
