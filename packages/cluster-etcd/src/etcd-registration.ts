import type { Member } from "@ts-grain/cluster";
import { fieldOf, type MemberRegistration, textOf } from "@ts-grain/cluster/provider";
import { type EtcdClient, EtcdRefusal } from "./etcd-client.ts";
import { toBase64 } from "./etcd-directory.ts";
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
  readonly #key: string;
  readonly #value: string;
  readonly #ttlSeconds: number;
  #lease: string | undefined;

  constructor(client: EtcdClient, { prefix, self, clusterName, ttlMs }: EtcdRegistrationOptions) {
    this.#client = client;
    this.#key = toBase64(prefix + entryId(clusterName, self.id));
    this.#value = toBase64(writeMemberEntry(self, clusterName));
    this.#ttlSeconds = Math.ceil(ttlMs / 1_000);
  }

  async refresh(signal: AbortSignal): Promise<void> {
    if (!(await this.#keepLease(signal))) this.#lease = await this.#grantLease(signal);
    await this.#putUnlessThere(signal);
  }

  async remove(signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: "kv/deleterange", body: { key: this.#key }, signal });
    const lease = this.#lease;
    if (lease === undefined) return;
    try {
      await this.#client.call({ method: "lease/revoke", body: { ID: lease }, signal });
    } catch (error) {
      const isGone = error instanceof EtcdRefusal && error.status === 404;
      if (!isGone) throw error;
    }
  }

  async #keepLease(signal: AbortSignal): Promise<boolean> {
    if (this.#lease === undefined) return false;
    const body = { ID: this.#lease };
    const answer = await this.#client.call({ method: "lease/keepalive", body, signal });
    // A lease that is gone has no time left, and then the field is not there.
    return Number(textOf(fieldOf(answer, "result"), "TTL")) > 0;
  }

  async #grantLease(signal: AbortSignal): Promise<string> {
    const body = { TTL: `${this.#ttlSeconds}` };
    const lease = textOf(await this.#client.call({ method: "lease/grant", body, signal }), "ID");
    if (lease === "") throw new Error("etcd granted a lease without an id");
    return lease;
  }

  /** Writes nothing, and so wakes nobody, while the key is there under this lease. */
  async #putUnlessThere(signal: AbortSignal): Promise<void> {
    const [key, value, lease] = [this.#key, this.#value, this.#lease];
    const body = {
      compare: [{ key, target: "LEASE", result: "EQUAL", lease }],
      failure: [{ request_put: { key, value, lease } }],
    };
    await this.#client.call({ method: "kv/txn", body, signal });
  }
}
