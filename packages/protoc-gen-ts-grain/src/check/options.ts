import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ContractReader } from "../contract/contract-reader.ts";
import type { MethodContract, ServiceContract } from "../contract/service-contract.ts";
import type { Diagnostic } from "../plugin-error.ts";
import { optionPosition, sourcePosition } from "./source-position.ts";

/** Number of our extensions, of services and of rpcs, and their fields. */
const extension = 50427;
const kindName = [extension, 1] as const;
const idleTimeout = [extension, 2] as const;
const reentrancy = [extension, 1] as const;
const oneWay = [extension, 2] as const;
const pinnedIndex = [extension, 3] as const;

const highestIndex = 9_999;
/** What timers can count. */
const longestIdleTimeoutMs = 2 ** 31 - 1;

/** Diagnoses options that make no sense where they stand. */
export function checkOptions(
  services: readonly DescService[],
  contracts: ContractReader,
): readonly Diagnostic[] {
  const read = services.map((service) => tryRead(service, contracts));
  const unreadable = read.filter((result) => "message" in result);
  if (unreadable.length > 0) return unreadable;
  const readable = read.filter((result) => "desc" in result);
  return [...readable.flatMap(checkService), ...checkKinds(readable)];
}

function tryRead(service: DescService, contracts: ContractReader): ServiceContract | Diagnostic {
  try {
    return contracts.read(service);
  } catch (error) {
    const reason = (error as Error).message;
    return invalid(
      sourcePosition(service),
      `${service.toString()} has options that cannot be read: ${reason}`,
      "Compile it with the option files that this plugin ships",
    );
  }
}

function checkService(contract: ServiceContract): readonly Diagnostic[] {
  return [
    ...checkKindName(contract),
    ...checkIdleTimeout(contract),
    ...contract.methods.flatMap(checkMethod),
    ...checkIndexes(contract),
  ];
}

function checkKindName({ desc, writtenKind }: ServiceContract): readonly Diagnostic[] {
  if (writtenKind === undefined || /^[a-z_][\w.-]{0,127}$/i.test(writtenKind)) return [];
  return [
    invalid(
      optionPosition(desc, kindName),
      `${desc.toString()} names its kind ${JSON.stringify(writtenKind)}`,
      'Use a letter or "_", then up to 127 letters, digits, "_", "-" and "."',
    ),
  ];
}

function checkIdleTimeout({ desc, idleTimeoutMs }: ServiceContract): readonly Diagnostic[] {
  if (idleTimeoutMs === undefined || idleTimeoutMs === 0) return [];
  if (idleTimeoutMs >= 1 && idleTimeoutMs <= longestIdleTimeoutMs) return [];
  return [
    invalid(
      optionPosition(desc, idleTimeout),
      `${desc.toString()} has an idle_timeout of ${idleTimeoutMs / 1_000} s`,
      "It is 0, which means never, or a millisecond to 24 days",
    ),
  ];
}

/** Says what is wrong, if anything is, and what to do. */
type MethodCheck = (
  method: MethodContract,
) => readonly [option: readonly [number, number], problem: string, fix: string] | undefined;

const methodChecks: readonly MethodCheck[] = [
  ({ desc, written }) => {
    const isSet = written.reentrancy !== undefined || written.oneWay || written.index !== undefined;
    if (!isSet || desc.methodKind === "unary") return undefined;
    return [reentrancy, "streams, so no grain has it", "Remove its (tsgrain.v1.method) options"];
  },
  ({ desc, oneWay: isOneWay }) => {
    if (!isOneWay || desc.output.typeName === "google.protobuf.Empty") return undefined;
    return [
      oneWay,
      `is one_way and returns ${desc.output.typeName}, which nobody would see`,
      "Let it return google.protobuf.Empty, or remove one_way",
    ];
  },
  ({ oneWay: isOneWay, idempotency }) => {
    if (!isOneWay || idempotency !== "no_side_effects") return undefined;
    return [oneWay, "is one_way and has NO_SIDE_EFFECTS, so it does nothing at all", "Remove one of the two"];
  },
  ({ written }) => {
    if (!written.reenterable || written.reentrancy === undefined || written.reentrancy === "always")
      return undefined;
    return [
      reentrancy,
      `is reenterable, which means ALWAYS, and has reentrancy ${written.reentrancy.toUpperCase()}`,
      "Remove one of the two",
    ];
  },
  ({ written: { index = 0 } }) => {
    if (index <= highestIndex) return undefined;
    return [pinnedIndex, `is pinned to index ${index}`, `An index is at most ${highestIndex}`];
  },
];

function checkMethod(method: MethodContract): readonly Diagnostic[] {
  for (const check of methodChecks) {
    const [option, problem, fix] = check(method) ?? [];
    if (option && problem !== undefined && fix !== undefined) {
      const { desc } = method;
      return [invalid(optionPosition(desc, option), `${desc.toString()} ${problem}`, fix)];
    }
  }
  return [];
}

/** Two rpcs that travel alike: at least one of them is pinned. */
function checkIndexes({ methods }: ServiceContract): readonly Diagnostic[] {
  const first = new Map<number, DescMethod>();
  const free = Math.max(methods.length, ...methods.map(({ index }) => index + 1));
  return methods.flatMap(({ desc, index }) => {
    const other = first.get(index);
    first.set(index, other ?? desc);
    if (!other) return [];
    const problem = `${desc.toString()} travels as ${index}, as does ${other.toString()} (${sourcePosition(other)})`;
    return [invalid(optionPosition(desc, pinnedIndex), problem, `Pin it to another index; ${free} is free`)];
  });
}

/** Two kinds of one name, of which the contract names at least one. Else they may live in different clusters. */
function checkKinds(contracts: readonly ServiceContract[]): readonly Diagnostic[] {
  const byName = Map.groupBy(contracts, ({ kind }) => kind);
  return [...byName.values()].flatMap((alike) => {
    const named = alike.find(({ writtenKind }) => writtenKind !== undefined);
    const other = alike.find((contract) => contract !== named);
    if (!named || !other) return [];
    const problem = `${named.desc.toString()} names its kind ${named.kind}, which is that of ${other.desc.toString()} (${sourcePosition(other.desc)}) too`;
    return [invalid(optionPosition(named.desc, kindName), problem, "Choose another name")];
  });
}

function invalid(position: string, problem: string, fix: string): Diagnostic {
  return { code: "invalid_option", message: `${position}: ${problem}. ${fix}.` };
}
