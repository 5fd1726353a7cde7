import type { Printable } from "@bufbuild/protoplugin";
import { type MethodContract, type ServiceContract, unaryRpcs } from "../contract/service-contract.ts";
import { grainNames, memberName } from "../grain-names.ts";
import { codecName, ownName } from "../output-file.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";

const longestLine = 120;
const longestOption = 97;

/** Prints the constant that tells the runtime which service is meant, under which names and with which options. */
export function printDescription(f: GrainOutput, contract: ServiceContract): void {
  const { desc } = contract;
  const names = grainNames(desc);
  const { grainService } = f.symbols;
  const description = ownName(f, desc.file, names.description);
  const call = code`${grainService}<${names.grain}, ${names.client}>(${f.importSchema(desc)}`;
  const options = optionLines(f, contract);
  const width = `const ${names.description} = /*@__PURE__*/ grainService<${names.grain}, ${names.client}>(${desc.name}, {  });`;
  const argument = optionsArgument(options, longestLine - width.length);
  f.print(code`const ${description} = /*@__PURE__*/ ${call}${argument});`);
}

/** A field of the options. */
interface OptionLine {
  readonly text: string;
  /** The same with imports. Default: the text. */
  readonly printed?: Printable;
}

/** On the same line if it is short. */
function optionsArgument(lines: readonly OptionLine[], room: number): Printable {
  const [only, ...more] = lines;
  if (only === undefined) return "";
  if (more.length === 0 && only.text.length <= room) return code`, { ${only.printed ?? only.text} }`;
  return code`, {\n${lines.map(({ text, printed = text }) => code`  ${printed},\n`)}}`;
}

/** The fields of codegenv1's `GrainServiceOptions`; none where the contract says nothing out of the ordinary. */
function optionLines(f: GrainOutput, contract: ServiceContract): readonly OptionLine[] {
  const { writtenKind, idleTimeoutMs } = contract;
  const printed = unaryRpcs(contract);
  return [
    ...(writtenKind === undefined ? [] : [{ text: `kind: ${JSON.stringify(writtenKind)}` }]),
    ...(idleTimeoutMs === undefined ? [] : [{ text: `idleTimeoutMs: ${grouped(idleTimeoutMs)}` }]),
    ...record("properties", escapedNames(printed)),
    ...record("methods", methodOptions(printed)),
    ...codecs(f, printed),
  ];
}

/** The codecs of what the rpcs take and return. */
function codecs(f: GrainOutput, methods: readonly MethodContract[]): readonly OptionLine[] {
  const messages = new Set(methods.flatMap(({ desc: { input, output } }) => [input, output]));
  const names = [...messages].flatMap((message) => f.codecs.find(message)?.codec ?? []).toSorted();
  if (names.length === 0) return [];
  const text = `codecs: [${names.join(", ")}]`;
  const symbols = names.map((name) => codecName(f, f.file, name));
  const isShort = text.length <= longestOption;
  const items = symbols.map((symbol, position) => {
    if (!isShort) return code`    ${symbol},\n`;
    return position === 0 ? symbol : code`, ${symbol}`;
  });
  return [{ text, printed: isShort ? code`codecs: [${items}]` : code`codecs: [\n${items}  ]` }];
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

function record(name: string, entries: readonly string[]): readonly OptionLine[] {
  if (entries.length === 0) return [];
  const text = `${name}: { ${entries.join(", ")} }`;
  if (text.length <= longestOption) return [{ text }];
  return [{ text: `${name}: {\n${entries.map((entry) => `    ${entry},\n`).join("")}  }` }];
}

/** 30000 as 30_000. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, "_");
}
