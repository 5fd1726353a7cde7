import { Code, ConnectError } from "@connectrpc/connect";

/** What etcd says of a request that its other nodes would say as well. */
const refusals: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unauthenticated,
  // No space is left, or too much is asked of etcd.
  Code.ResourceExhausted,
]);

/** What etcd says of a token that was given before users or roles were changed. */
const oldToken = /revision of auth store is old/;

/** What etcd did not do, by its own word or for want of one. */
export class EtcdFailure extends Error {
  /** The code with which etcd has refused. Undefined where another node may do what was asked. */
  readonly refusal: Code | undefined;
  /** Whether it may be taken with another token. */
  readonly isTokenRefused: boolean;

  constructor(method: string, reason: unknown) {
    const { code, message, cause, metadata } = ConnectError.from(reason);
    super(`etcd's ${method} failed: ${message.slice(0, 200)}`, { cause });
    // The library has the same codes for what it found wrong itself.
    const isEtcdsWord = metadata.has("grpc-status");
    this.refusal = isEtcdsWord && refusals.has(code) ? code : undefined;
    this.isTokenRefused =
      this.refusal === Code.Unauthenticated ||
      (this.refusal === Code.InvalidArgument && oldToken.test(message));
  }
}
