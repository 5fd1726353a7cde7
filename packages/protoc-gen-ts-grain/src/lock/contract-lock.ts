import type {
  Idempotency,
  MethodContract,
  Reentrancy,
  ServiceContract,
} from "../contract/service-contract.ts";

/** What members of an earlier contract know of one rpc. */
export interface LockedMethod {
  readonly index: number;
  /** Full name of the message. */
  readonly input: string;
  readonly output: string;
  /** The rpc streams, so no grain has it; its index is taken all the same. */
  readonly streaming?: true;
  readonly oneWay?: true;
  readonly reentrancy?: Exclude<Reentrancy, "none">;
  readonly idempotency?: Exclude<Idempotency, "unknown">;
  /** Set by hand: no member calls it any more. Its index stays taken. */
  readonly removed?: true;
}

/** What members of an earlier contract know of one kind. */
export interface LockedKind {
  /** Full name of the service, which may change. */
  readonly service: string;
  /** Where it stood. */
  readonly file: string;
  readonly idleTimeoutMs?: number;
  /** By the rpc's name, in the order of their indexes. */
  readonly methods: Readonly<Record<string, LockedMethod>>;
}

/** The kinds of `ts-grain.lock.json`, by name, in the order of their names. */
export type ContractLock = ReadonlyMap<string, LockedKind>;

/** What a lock keeps of a service, whose rpcs follow what the lock knew of removed ones. */
export function lockService(contract: ServiceContract, before: LockedKind | undefined): LockedKind {
  const { desc, idleTimeoutMs, methods } = contract;
  const removed = Object.entries(before?.methods ?? {}).filter(([, method]) => method.removed);
  const present = methods.map((method) => [method.desc.name, lockMethod(method)] as const);
  const all = [...removed, ...present].toSorted(([, a], [, b]) => a.index - b.index);
  return {
    service: desc.typeName,
    file: desc.file.proto.name,
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    methods: Object.fromEntries(all),
  };
}

function lockMethod({ desc, index, oneWay, reentrancy, idempotency }: MethodContract): LockedMethod {
  return {
    index,
    input: desc.input.typeName,
    output: desc.output.typeName,
    ...(desc.methodKind !== "unary" && { streaming: true }),
    ...(oneWay && { oneWay }),
    ...(reentrancy !== "none" && { reentrancy }),
    ...(idempotency !== "unknown" && { idempotency }),
  };
}
