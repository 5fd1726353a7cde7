import type { Member } from "@ts-grain/cluster";
import type { MemberRegistration } from "@ts-grain/cluster/provider";
import type { ConsulClient } from "./consul-client.ts";

/** What a registration says. */
export interface ConsulRegistrationOptions {
  readonly self: Member;
  readonly clusterName: string;
  readonly ttlMs: number;
  readonly forgetMs: number;
}

/** A member as an instance of a service, with a check that lapses when it is not told that all is well. */
export class ConsulRegistration implements MemberRegistration {
  readonly #client: ConsulClient;
  readonly #options: ConsulRegistrationOptions;
  #isRegistered = false;

  constructor(client: ConsulClient, options: ConsulRegistrationOptions) {
    this.#client = client;
    this.#options = options;
  }

  async refresh(signal: AbortSignal): Promise<void> {
    // Agents say in several ways that they do not know a check. Whatever is wrong, registering cures it or tells.
    this.#isRegistered &&= await this.#confirm(signal);
    if (!this.#isRegistered) await this.#register(signal);
    this.#isRegistered = true;
  }

  async remove(signal: AbortSignal): Promise<void> {
    const path = `/v1/agent/service/deregister/${encodeURIComponent(this.#options.self.id)}`;
    const { status, text } = await this.#client.send({ method: "PUT", path, signal });
    if (status !== 200 && status !== 404) throw new ConsulRefusal("deregister", { status, text });
  }

  async #confirm(signal: AbortSignal): Promise<boolean> {
    const path = `/v1/agent/check/update/${encodeURIComponent(`service:${this.#options.self.id}`)}`;
    const body = { Status: "passing", Output: "" };
    return (await this.#client.send({ method: "PUT", path, body, signal })).status === 200;
  }

  async #register(signal: AbortSignal): Promise<void> {
    const path = "/v1/agent/service/register?replace-existing-checks=true";
    const body = describeService(this.#options);
    const { status, text } = await this.#client.send({ method: "PUT", path, body, signal });
    if (status !== 200) throw new ConsulRefusal("register", { status, text });
  }
}

/** The form of Proto.Actor Go, with the mark of ts-grain beside the id. */
function describeService({ self, clusterName, ttlMs, forgetMs }: ConsulRegistrationOptions): object {
  return {
    ID: self.id,
    Name: clusterName,
    Tags: self.kinds,
    Address: self.host,
    Port: self.port,
    Meta: { id: self.id, "ts-grain": "1" },
    Check: { TTL: `${ttlMs}ms`, Status: "passing", DeregisterCriticalServiceAfter: `${forgetMs}ms` },
  };
}

class ConsulRefusal extends Error {
  constructor(action: string, { status, text }: { readonly status: number; readonly text: string }) {
    super(`Consul refused to ${action} the member: HTTP status ${status}: ${text.slice(0, 200)}`);
  }
}
