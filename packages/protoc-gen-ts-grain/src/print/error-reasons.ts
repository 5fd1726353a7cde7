import type { DescEnumValue } from "@bufbuild/protobuf";
import { reasonNames } from "../error-reasons.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";

/** Prints the function that makes the error of a reason. */
export function printReasonMaker(f: GrainOutput, reason: DescEnumValue): void {
  const { GrainError, GrainErrorOptions } = f.symbols;
  const parameters = code`message: string, options?: ${GrainErrorOptions}`;
  f.print(f.jsDoc(reason));
  f.print(code`${f.export("function", reasonNames(reason).err)}(${parameters}): ${GrainError} {`);
  f.print(code`  return new ${GrainError}("${reason.name}", message, options);`);
  f.print("}");
}

/** Prints the function that recognises the error of a reason. */
export function printReasonTest(f: GrainOutput, reason: DescEnumValue): void {
  const { GrainError } = f.symbols;
  const lines = [
    `Whether a caught value has reason ${reason.name}.`,
    "",
    `@generated from ${reason.toString()}`,
  ];
  f.print(f.jsDoc(lines.join("\n")));
  f.print(code`${f.export("function", reasonNames(reason).is)}(error: unknown): error is ${GrainError} {`);
  f.print(code`  return ${GrainError}.is(error) && error.reason === "${reason.name}";`);
  f.print("}");
}
