import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "@ts-grain/remote";

/** What a certificate is issued for. */
export interface CertificateRequest {
  /** Entries of the subject's alternative names, such as `IP:127.0.0.1`. */
  readonly names: readonly string[];
  /** Days from now until it expires; a negative number makes one that has expired. Default 1. */
  readonly days?: number;
}

/** A certificate authority that lives as long as a test. */
export class TestAuthority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "ts-grain-ca-"));
  readonly #certificate: string;
  #serial = 0;

  constructor() {
    this.#openssl(
      "req",
      "-x509",
      ...newKey("ca"),
      "-out",
      "ca.pem",
      "-days",
      "1",
      "-subj",
      "/CN=test authority",
    );
    this.#certificate = this.#read("ca.pem");
  }

  /** Issues a certificate and says what its bearer trusts: this authority. */
  issue({ names, days = 1 }: CertificateRequest): TlsIdentity {
    const name = `member-${this.#serial++}`;
    this.#openssl("req", ...newKey(name), "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(join(this.#folder, "names"), `subjectAltName=${names.join(",")}`);
    const signing = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-extfile",
      "names",
      "-days",
      String(days),
    ];
    this.#openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signing);
    const [certificate, privateKey] = [this.#read(`${name}.pem`), this.#read(`${name}.key`)];
    return { certificate, privateKey, authorities: this.#certificate };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "utf8");
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: "pipe" });
  }
}

function newKey(name: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
}
