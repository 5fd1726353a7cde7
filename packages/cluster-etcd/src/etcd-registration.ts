import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Member } from "@ts-grain/cluster";
import type { MemberRegistration } from "@ts-grain/cluster/provider";
import type { EtcdClient } from "./etcd-client.ts";
import { EtcdFailure } from "./etcd-failure.ts";
import {
  Compare_CompareResult,
  Compare_CompareTarget,
  KV,
  Lease,
  type TxnRequestSchema,
} from "./gen/etcdserverpb/rpc_pb.ts";
import { entryId, writeMemberEntry } from "./member-entry.ts";

/** What a registration says. */
export interface EtcdRegistrationOptions {
  /** What the keys of all members begin with; ends with a slash. */
  readonly prefix: string;
  readonly self: Member;
  readonly clusterName: string;
  readonly ttlMs: number;
}

/** A member as a key that goes when its lease does. A lease that has run out is never revived. */
export class EtcdRegistration implements MemberRegistration {
  readonly #client: EtcdClient;
  readonly #key: Uint8Array;
  readonly #value: Uint8Array;
  readonly #ttlSeconds: bigint;
  #lease: bigint | undefined;

  constructor(client: EtcdClient, { prefix, self, clusterName, ttlMs }: EtcdRegistrationOptions) {
    this.#client = client;
    this.#key = Buffer.from(prefix + entryId(clusterName, self.id));
    this.#value = Buffer.from(writeMemberEntry(self, clusterName));
    this.#ttlSeconds = BigInt(Math.ceil(ttlMs / 1_000));
  }

  async refresh(signal: AbortSignal): Promise<void> {
    this.#lease = await this.#keptOrGranted(signal);
    await this.#putUnlessThere(this.#lease, signal);
  }

  async remove(signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: KV.method.deleteRange, request: { key: this.#key }, signal });
    const ID = this.#lease;
    if (ID === undefined) return;
    try {
      await this.#client.call({ method: Lease.method.leaseRevoke, request: { ID }, signal });
    } catch (error) {
      const isGone = error instanceof EtcdFailure && error.refusal === Code.NotFound;
      if (!isGone) throw error;
    }
  }

  async #keptOrGranted(signal: AbortSignal): Promise<bigint> {
    const lease = this.#lease;
    return lease !== undefined && (await this.#keepLease(lease, signal)) ? lease : this.#grantLease(signal);
  }

  /** Whether it was still there. */
  async #keepLease(ID: bigint, signal: AbortSignal): Promise<boolean> {
    const call = { method: Lease.method.leaseKeepAlive, request: { ID }, signal };
    // A lease that is gone has no time left.
    return (await this.#client.call(call)).TTL > 0n;
  }

  async #grantLease(signal: AbortSignal): Promise<bigint> {
    const request = { TTL: this.#ttlSeconds };
    const { ID } = await this.#client.call({ method: Lease.method.leaseGrant, request, signal });
    if (ID === 0n) throw new Error("etcd granted a lease without an id");
    return ID;
  }

  /** Writes nothing, and so wakes nobody, while the key is there under this lease. */
  async #putUnlessThere(lease: bigint, signal: AbortSignal): Promise<void> {
    const [key, value] = [this.#key, this.#value];
    const request: MessageInitShape<typeof TxnRequestSchema> = {
      compare: [
        {
          key,
          target: Compare_CompareTarget.LEASE,
          result: Compare_CompareResult.EQUAL,
          targetUnion: { case: "lease", value: lease },
        },
      ],
      failure: [{ request: { case: "requestPut", value: { key, value, lease } } }],
    };
    await this.#client.call({ method: KV.method.txn, request, signal });
  }
}
