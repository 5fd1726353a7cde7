import type { DescEnum, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol, Printable } from "@bufbuild/protoplugin";
import type { CodecPlan } from "../../codec/codec-plan.ts";
import { codecName } from "../../output-file.ts";
import { withNameSlices } from "../name-slices.ts";
import { codegenv1 } from "../runtime-symbols.ts";

/** Code, line by line. */
export type Lines = readonly Printable[];

/** A generated file of codecs, and what is printed in it again and again. */
export interface CodecOutput extends GeneratedFile {
  readonly plan: CodecPlan;
  /** A function of the runtime. Globals are not used: a message may be called `Object` or `BigInt`. */
  call(name: string): ImportSymbol;
  /** A type of the runtime. */
  runtimeType(name: string): ImportSymbol;
  /** A name that the file itself declares. */
  own(name: string): ImportSymbol;
  /** `create` or `toBinary` of protobuf-es. */
  es(name: "create" | "toBinary"): ImportSymbol;
  shape(desc: DescMessage | DescEnum): Printable;
  schema(desc: DescMessage | DescEnum): Printable;
}

/** Prepares a generated file for the codecs of a .proto file. */
export function codecOutput(generated: GeneratedFile, file: DescFile, plan: CodecPlan): CodecOutput {
  const f = withNameSlices(generated);
  return {
    ...f,
    plan,
    call: (name) => f.import(name, codegenv1),
    runtimeType: (name) => f.import(name, codegenv1, true),
    own: (name) => codecName(f, file, name),
    es: (name) => f.import(name, "@bufbuild/protobuf"),
    shape: (desc) => f.importShape(desc),
    schema: (desc) => f.importSchema(desc),
  };
}

/** Lines further to the right. */
export function indented(lines: Lines): Lines {
  return lines.map((line) => ["  ", line]);
}

/** Lines between braces after a head such as `if (…)`; one line alone needs none. */
export function guarded(head: Printable, lines: Lines): Lines {
  const [only, ...more] = lines;
  if (more.length === 0 && only !== undefined) return [[head, " ", only]];
  return [[head, " {"], ...indented(lines), "}"];
}

const longestLine = 120;

/** The first lines of a function: one, or one for each parameter where that is too long. */
export function signature(head: Printable, parameters: Lines, end: Printable): Lines {
  const list = parameters.flatMap((parameter, position) =>
    position === 0 ? [parameter] : [", ", parameter],
  );
  const line: Printable = [head, "(", list, ")", end];
  if (widthOf(line) <= longestLine) return [line];
  return [[head, "("], ...indented(parameters.map((parameter) => [parameter, ","])), [")", end]];
}

/** How long code is, if no import has an alias. */
function widthOf(code: Printable): number {
  if (Array.isArray(code)) return code.reduce((sum: number, part: Printable) => sum + widthOf(part), 0);
  if (typeof code === "string") return code.length;
  return typeof code === "object" && "name" in code ? code.name.length : 0;
}
