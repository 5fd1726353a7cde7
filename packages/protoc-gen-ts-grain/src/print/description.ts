import { type MethodContract, type ServiceContract, unaryRpcs } from "../contract/service-contract.ts";
import { grainNames, memberName } from "../grain-names.ts";
import { ownName } from "../output-file.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";

const longestLine = 120;

/** Prints the constant that tells the runtime which service is meant, under which names and with which options. */
export function printDescription(f: GrainOutput, contract: ServiceContract): void {
  const { desc } = contract;
  const names = grainNames(desc);
  const { grainService } = f.symbols;
  const description = ownName(f, desc.file, names.description);
  const call = code`${grainService}<${names.grain}, ${names.client}>(${f.importSchema(desc)}`;
  const options = optionLines(contract);
  const width = `const ${names.description} = /*@__PURE__*/ grainService<${names.grain}, ${names.client}>(${desc.name}, {  });`;
  const argument = optionsArgument(options, longestLine - width.length);
  f.print(code`const ${description} = /*@__PURE__*/ ${call}${argument});`);
}

/** On the same line if it is short. */
function optionsArgument(lines: readonly string[], room: number): string {
  const [only = "", ...more] = lines.map((line) => line.trim());
  if (only === "") return "";
  if (more.length === 0 && only.length <= room) return `, { ${only.replace(/,$/, "")} }`;
  return `, {\n${lines.join("\n")}\n}`;
}

/** The fields of codegenv1's `GrainServiceOptions`, one a line; none where the contract says nothing out of the ordinary. */
function optionLines(contract: ServiceContract): readonly string[] {
  const { writtenKind, idleTimeoutMs } = contract;
  const printed = unaryRpcs(contract);
  return [
    ...(writtenKind === undefined ? [] : [`  kind: ${JSON.stringify(writtenKind)},`]),
    ...(idleTimeoutMs === undefined ? [] : [`  idleTimeoutMs: ${grouped(idleTimeoutMs)},`]),
    ...record("properties", escapedNames(printed)),
    ...record("methods", methodOptions(printed)),
  ];
}

/**
 * The names that were escaped. protobuf-es' own escapes are among them: code generated today keeps its names should a
 * later protobuf-es escape others.
 */
function escapedNames(methods: readonly MethodContract[]): readonly string[] {
  return methods
    .filter(({ desc }) => memberName(desc).endsWith("$"))
    .map(({ desc }) => `${desc.name}: "${memberName(desc)}"`);
}

function methodOptions(methods: readonly MethodContract[]): readonly string[] {
  return methods.flatMap(({ desc, reentrancy, oneWay, written: { index } }) => {
    const options = [
      ...(reentrancy === "none" ? [] : [`reentrancy: "${reentrancy}"`]),
      ...(oneWay ? ["oneWay: true"] : []),
      ...(index === undefined ? [] : [`index: ${index}`]),
    ];
    return options.length === 0 ? [] : [`${desc.name}: { ${options.join(", ")} }`];
  });
}

function record(name: string, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return [];
  const line = `  ${name}: { ${entries.join(", ")} },`;
  if (line.length <= 100) return [line];
  return [`  ${name}: {`, ...entries.map((entry) => `    ${entry},`), "  },"];
}

/** 30000 as 30_000. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, "_");
}
