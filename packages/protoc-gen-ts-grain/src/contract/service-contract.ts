import type { DescMethod, DescService } from "@bufbuild/protobuf";

/** Which calls may be started while a call of an rpc waits: the names that the runtime uses. */
export type Reentrancy = "none" | "call_chain" | "read_only" | "always";

/** protobuf's `idempotency_level`. */
export type Idempotency = "unknown" | "no_side_effects" | "idempotent";

/** What a contract says of one rpc, options included. */
export interface MethodContract {
  readonly desc: DescMethod;
  /** How it travels: pinned, or its position in the service. */
  readonly index: number;
  readonly reentrancy: Reentrancy;
  readonly oneWay: boolean;
  readonly idempotency: Idempotency;
  /** The options that stand at the rpc, to be checked. */
  readonly written: WrittenMethodOptions;
}

/** What stands at an rpc; undefined where it says nothing. */
export interface WrittenMethodOptions {
  readonly reentrancy: Reentrancy | undefined;
  readonly oneWay: boolean;
  readonly index: number | undefined;
  /** Proto.Actor Go's option. */
  readonly reenterable: boolean;
}

/** What a contract says of one service, options included. */
export interface ServiceContract {
  readonly desc: DescService;
  readonly kind: string;
  /** The kind's name that stands at the service; undefined if none does. */
  readonly writtenKind: string | undefined;
  /** Milliseconds; undefined where the contract says nothing. */
  readonly idleTimeoutMs: number | undefined;
  /** All rpcs, streaming ones too, in order. */
  readonly methods: readonly MethodContract[];
}

/** The rpcs that a grain has, in order. */
export function unaryRpcs({ methods }: ServiceContract): readonly MethodContract[] {
  return methods.filter(({ desc }) => desc.methodKind === "unary");
}
