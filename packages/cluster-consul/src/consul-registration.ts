import type { Member } from "@ts-grain/cluster";
import type { MemberRegistration } from "@ts-grain/cluster/provider";
import type { CheckOptions } from "consul/lib/agent/check.js";
import type { RegisterOptions } from "consul/lib/agent/service.js";
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
    const { id } = this.#options.self;
    const { status, text } = await this.#client.send(
      (consul, exchange) => consul.agent.service.deregister({ id, ...exchange }),
      { signal },
    );
    if (status !== 200 && status !== 404) throw new ConsulRefusal("deregister", { status, text });
  }

  async #confirm(signal: AbortSignal): Promise<boolean> {
    const id = `service:${this.#options.self.id}`;
    const { status } = await this.#client.send(
      (consul, exchange) => consul.agent.check.pass({ id, ...exchange }),
      { signal },
    );
    return status === 200;
  }

  async #register(signal: AbortSignal): Promise<void> {
    const service = describeService(this.#options);
    const { status, text } = await this.#client.send(
      (consul, exchange) => consul.agent.service.register({ ...service, ...exchange }),
      { signal, query: { "replace-existing-checks": "true" } },
    );
    if (status !== 200) throw new ConsulRefusal("register", { status, text });
  }
}

/** The form of Proto.Actor Go, with the mark of ts-grain beside the id, in the library's words. */
function describeService({ self, clusterName, ttlMs, forgetMs }: ConsulRegistrationOptions): RegisterOptions {
  return {
    id: self.id,
    name: clusterName,
    tags: [...self.kinds],
    address: self.host,
    port: self.port,
    meta: { id: self.id, "ts-grain": "1" },
    // Its type asks for a name and a time-out besides, which a check of this kind need not have.
    check: {
      ttl: `${ttlMs}ms`,
      status: "passing",
      deregistercriticalserviceafter: `${forgetMs}ms`,
    } as CheckOptions,
  };
}

class ConsulRefusal extends Error {
  constructor(action: string, { status, text }: { readonly status: number; readonly text: string }) {
    super(`Consul refused to ${action} the member: HTTP status ${status}: ${text.slice(0, 200)}`);
  }
}
