import { setTimeout as sleep } from "node:timers/promises";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";

/** Begins to join as a client, gives up at the first failure that is logged, and resolves with its text. */
export async function firstError(options: ConsulProviderOptions): Promise<string> {
  const observed = new ObservedMembers("hostile");
  const ending = new AbortController();
  const provider = new ConsulProvider({ joinTimeoutMs: 60_000, ...options });
  const joining = provider.joinAsClient({ ...observed.context, signal: ending.signal });
  while (observed.logger.entries.length === 0) await sleep(5);
  ending.abort();
  const session = await joining;
  await session.abandon();
  const { error } = observed.logger.entries[0]!.fields as { readonly error: unknown };
  return String(error);
}
