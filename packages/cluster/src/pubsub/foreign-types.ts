import type { TypeRegistry } from "@ts-grain/remote";
import { memberAddress } from "../membership/member.ts";
import type { MemberList } from "../membership/member-list.ts";
import type { TopicBatch } from "./topic-batch.ts";

/** Names that are remembered of one process: whoever sends more has made them up. */
const maxNames = 10_000;

/**
 * Knows which types can be published to processes of Proto.Actor Go. Such a process ends when it finds a type inside a batch that it does
 * not know, or one in JSON. It knows the types that are registered as known by every peer, and those that it has published itself.
 */
export class ForeignTypes {
  readonly #types: TypeRegistry;
  readonly #members: MemberList;
  readonly #published = new Map<string, Set<string>>();

  constructor(types: TypeRegistry, members: MemberList) {
    this.#types = types;
    this.#members = members;
    members.subscribe(({ left }) => {
      for (const member of left) this.#published.delete(memberAddress(member));
    });
  }

  /** The process at an address has published this batch. */
  learn(address: string, batch: TopicBatch): void {
    if (this.#dialectAt(address) !== "proto-actor") return;
    const known = this.#published.get(address) ?? new Set();
    this.#published.set(address, known);
    for (const name of batch.typeNames) if (known.size < maxNames) known.add(name);
  }

  /** Whether the batch does the process at an address no harm. Who is no member counts as Go. */
  canRead(address: string, batch: TopicBatch): boolean {
    if (this.#dialectAt(address) === "ts-grain") return true;
    const known = this.#published.get(address);
    return (
      batch.isBinary &&
      [...batch.typeNames].every(
        (name) => known?.has(name) || this.#types.get(name)?.knownBy === "every peer",
      )
    );
  }

  #dialectAt(address: string): "ts-grain" | "proto-actor" | undefined {
    return this.#members.topology.members.find((member) => memberAddress(member) === address)?.dialect;
  }
}
