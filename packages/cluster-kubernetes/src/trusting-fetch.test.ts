import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { fetchTrusting } from "./trusting-fetch.ts";

/** A key and a certificate that signs itself. */
function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
  execFileSync("openssl", [...options.split(" "), ...names], { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { key: read("key.pem"), cert: read("cert.pem") };
}

test("requests go to whom the authority vouches for, with method, headers and body, and to nobody else", async () => {
  const certificate = selfSigned();
  const server = createServer(certificate, (request, response) => {
    const { method, headers } = request;
    const answer = text(request).then((body) => `${method} ${headers.authorization} ${body}`);
    void answer.then((content) => response.writeHead(201).end(content));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  const init = { method: "PATCH", headers: { Authorization: "Bearer x" }, body: "{}" };
  const answer = await fetchTrusting(certificate.cert)(url, init);
  expect([answer.status, await answer.text()]).toEqual([201, "PATCH Bearer x {}"]);
  await expect(fetchTrusting(selfSigned().cert)(url)).rejects.toThrow(/self-signed/);
  const aborted = fetchTrusting(certificate.cert)(url, { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toThrow(/abort/);
});
