import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "@ts-grain/remote";

/** What a certificate is issued for. */
export interface CertificateRequest {
  /** Entries of the subject's alternative names, such as `IP:127.0.0.1`. */
  readonly names: readonly string[];
  /** Days from now on which it begins and ceases to hold. Default: from yesterday until tomorrow. */
  readonly holds?: { readonly fromDay: number; readonly toDay: number };
}

/** What openssl wants to know to issue certificates that hold from any day on. */
const settings = `
[ca]
default_ca = authority
[authority]
database = issued
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
`;

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
    writeFileSync(join(this.#folder, "issued"), "");
    writeFileSync(join(this.#folder, "settings"), settings);
  }

  /** Issues a certificate and says what its bearer trusts: this authority. */
  issue({ names, holds = { fromDay: -1, toDay: 1 } }: CertificateRequest): TlsIdentity {
    const name = `member-${this.#serial++}`;
    this.#openssl("req", ...newKey(name), "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(join(this.#folder, "names"), `subjectAltName=${names.join(",")}`);
    const authority = ["-batch", "-config", "settings", "-cert", "ca.pem", "-keyfile", "ca.key"];
    const validity = ["-startdate", dayFromNow(holds.fromDay), "-enddate", dayFromNow(holds.toDay)];
    const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", "names", "-notext"];
    this.#openssl("ca", ...authority, ...validity, ...files);
    return { ...this.#pair(name), authorities: this.#certificate };
  }

  /** A certificate that nobody but its bearer vouches for. */
  issueToItself({ names }: CertificateRequest): TlsIdentity {
    const name = `stranger-${this.#serial++}`;
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names.join(",")}`];
    this.#openssl("req", "-x509", ...newKey(name), "-out", `${name}.pem`, "-days", "1", ...subject);
    return { ...this.#pair(name), authorities: this.#certificate };
  }

  #pair(name: string): Pick<TlsIdentity, "certificate" | "privateKey"> {
    return { certificate: this.#read(`${name}.pem`), privateKey: this.#read(`${name}.key`) };
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

/** As openssl writes it. */
function dayFromNow(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${time.replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
}
