import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A key, and a certificate for the loopback address that signs itself, in a file too. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly certFile: string;
}

/** Lasts until the test has finished. */
export function createCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
  execFileSync("openssl", [...options.split(" "), ...names], { cwd: folder, stdio: "pipe" });
  const certFile = join(folder, "cert.pem");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { key: read("key.pem"), cert: read("cert.pem"), certFile };
}
