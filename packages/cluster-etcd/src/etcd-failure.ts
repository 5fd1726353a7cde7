import { Code, ConnectError } from "@connectrpc/connect";

/** What etcd says of a request that another of its nodes would say as well. */
const refusals: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unauthenticated,
]);

/** What etcd did not do, by its own word or for want of one. */
export class EtcdFailure extends Error {
  readonly code: Code;

  constructor(method: string, reason: unknown) {
    const { code, message, cause } = ConnectError.from(reason);
    super(`etcd's ${method} failed: ${message.slice(0, 200)}`, { cause });
    this.code = code;
  }

  /** Whether etcd has answered, and asking elsewhere is of no use. */
  get isRefusal(): boolean {
    return refusals.has(this.code);
  }
}
