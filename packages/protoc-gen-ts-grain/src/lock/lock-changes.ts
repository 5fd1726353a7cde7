import { optionPosition, sourcePosition } from "../check/source-position.ts";
import type { MethodContract, ServiceContract } from "../contract/service-contract.ts";
import type { Diagnostic } from "../plugin-error.ts";
import type { ContractLock, LockedKind, LockedMethod } from "./contract-lock.ts";

/** Number and field of the option that pins an index. */
const pinnedIndex = [50427, 3] as const;

/** What to compare. */
export interface LockComparison {
  readonly lock: ContractLock;
  /** The contracts of the files that are generated. */
  readonly contracts: readonly ServiceContract[];
  /** Paths of the files that are generated: only of their services is it known whether they are gone. */
  readonly files: ReadonlySet<string>;
  /** What the lock is called, for the messages. */
  readonly name: string;
}

/** Diagnoses what would make members of the locked contract and of this one misunderstand each other. */
export function checkLock(comparison: LockComparison): readonly Diagnostic[] {
  const { lock, contracts } = comparison;
  const kinds = Map.groupBy(contracts, ({ kind }) => kind);
  return [
    ...[...kinds.values()].flatMap(checkOneService),
    ...contracts.flatMap((contract) => {
      const locked = lock.get(contract.kind);
      return locked ? checkKind(contract, locked, comparison.name) : [];
    }),
    ...[...lock].flatMap(([kind, locked]) =>
      kinds.has(kind) || !comparison.files.has(locked.file) ? [] : [goneKind(kind, locked, comparison.name)],
    ),
  ];
}

function checkOneService([first, ...others]: readonly ServiceContract[]): readonly Diagnostic[] {
  return others.map(({ desc, kind }) => {
    const both = `${desc.toString()} and ${first?.desc.toString()}`;
    return changed(
      sourcePosition(desc),
      `${both} both make kind ${kind}, of which the lock holds one`,
      "Name one of them with option (tsgrain.v1.kind).name",
    );
  });
}

function goneKind(kind: string, { service, file }: LockedKind, name: string): Diagnostic {
  return changed(
    file,
    `service ${service} is gone, and members of the earlier contract still call its kind ${kind}`,
    `Keep it; if another service takes its place, give that option (tsgrain.v1.kind).name = "${kind}"; or, if nobody calls it any more, delete it from ${name}`,
  );
}

function checkKind(contract: ServiceContract, locked: LockedKind, name: string): readonly Diagnostic[] {
  const present = new Map(contract.methods.map((method) => [method.desc.name, method]));
  return [
    ...Object.entries(locked.methods).flatMap(([rpc, before]) => {
      const method = present.get(rpc);
      if (before.removed) return method ? checkRestored(method, before, name) : [];
      return method ? checkMethod(method, before, name) : [goneMethod(contract, rpc, name)];
    }),
    ...checkTakenIndexes(contract, locked),
  ];
}

function goneMethod({ desc, kind }: ServiceContract, rpc: string, name: string): Diagnostic {
  return changed(
    sourcePosition(desc),
    `rpc ${rpc} of kind ${kind} is gone, and members of the earlier contract still call it`,
    `Keep it, deprecated; or, if nobody calls it any more, add "removed": true to it in ${name}`,
  );
}

function checkRestored(
  { desc, index }: MethodContract,
  before: LockedMethod,
  name: string,
): readonly Diagnostic[] {
  const { input, output } = desc;
  if (index === before.index && input.typeName === before.input && output.typeName === before.output)
    return [];
  return [
    changed(
      sourcePosition(desc),
      `${desc.toString()} was removed, and comes back as another rpc`,
      `Give it another name, or delete the one that was removed from ${name}`,
    ),
  ];
}

function checkMethod(
  { desc, index, idempotency }: MethodContract,
  before: LockedMethod,
  name: string,
): readonly Diagnostic[] {
  const position = sourcePosition(desc);
  const rpc = desc.toString();
  const diagnostics: Diagnostic[] = [];
  if (index !== before.index) {
    diagnostics.push(
      changed(
        optionPosition(desc, pinnedIndex),
        `${rpc} travels as ${index}, and as ${before.index} with members of the earlier contract`,
        `Put new rpcs at the end, or pin this one with option (tsgrain.v1.method).index = ${before.index}`,
      ),
    );
  }
  // Nobody has called an rpc that streamed.
  if (before.streaming) return diagnostics;
  if (desc.methodKind !== "unary") {
    const problem = `${rpc} streams, and members of the earlier contract still call it`;
    return [...diagnostics, changed(position, problem, "Give the streaming rpc another name")];
  }
  for (const [what, now, then] of [
    ["takes", desc.input.typeName, before.input],
    ["returns", desc.output.typeName, before.output],
  ]) {
    if (now === then) continue;
    const problem = `${rpc} ${what} ${now}, and ${then} with members of the earlier contract`;
    diagnostics.push(changed(position, problem, "Leave it as it was, and add another rpc at the end"));
  }
  if (before.idempotency && idempotency === "unknown") {
    diagnostics.push(
      changed(
        position,
        `${rpc} is no longer idempotent, and members of the earlier contract may send a call twice`,
        `Leave it as it was, and add another rpc at the end; or, if nobody calls it any more, correct it in ${name}`,
      ),
    );
  }
  return diagnostics;
}

/** Indexes that belonged to rpcs which were removed, or stream. */
function checkTakenIndexes({ methods }: ServiceContract, locked: LockedKind): readonly Diagnostic[] {
  const removed = new Map(
    Object.entries(locked.methods)
      .filter(([, method]) => method.removed)
      .map(([rpc, { index }]) => [index, rpc]),
  );
  const free = Math.max(
    ...methods.map(({ index }) => index),
    ...Object.values(locked.methods).map(({ index }) => index),
  );
  return methods.flatMap(({ desc, index }) => {
    const other = removed.get(index);
    if (other === undefined || other === desc.name) return [];
    return [
      changed(
        optionPosition(desc, pinnedIndex),
        `${desc.toString()} travels as ${index}, as the removed rpc ${other} did`,
        `Pin it with option (tsgrain.v1.method).index = ${free + 1}`,
      ),
    ];
  });
}

function changed(position: string, problem: string, remedy: string): Diagnostic {
  return { code: "contract_changed", message: `${position}: ${problem}. ${remedy}.` };
}
