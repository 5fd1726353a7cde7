import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentityText } from "../process/commands.ts";

/** One certificate for all processes on some addresses, which is its own authority. Needs openssl. */
export function certify(addresses: readonly string[]): TlsIdentityText {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-certificate-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const names = addresses.map((address) => `IP:${address}`).join(",");
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const content = ["-days", "1", "-subj", "/CN=faults", "-addext", `subjectAltName=${names}`];
  const files = ["-keyout", key, "-out", certificate];
  try {
    execFileSync("openssl", ["req", "-x509", ...algorithm, ...content, ...files], { stdio: "pipe" });
    const text = readFileSync(certificate, "utf8");
    return { certificate: text, privateKey: readFileSync(key, "utf8"), authorities: text };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
