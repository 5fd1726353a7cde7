import type { SecureContextOptions, TlsOptions } from "node:tls";
import type { TlsIdentity } from "./grpc-options.ts";

/** What both sides of a mutual TLS connection are made with. */
export function secureContext({ certificate, privateKey, authorities }: TlsIdentity): SecureContextOptions {
  return { cert: pem(certificate), key: pem(privateKey), ca: pem(authorities), minVersion: "TLSv1.3" };
}

/** The listening side: no byte of a peer without a certificate is looked at. */
export function tlsServerOptions(identity: TlsIdentity): TlsOptions {
  return { ...secureContext(identity), requestCert: true, rejectUnauthorized: true, handshakeTimeout: 5_000 };
}

function pem(text: string | Uint8Array): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}
