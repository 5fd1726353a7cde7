import type { DescService } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import type { GrainOutput } from "./grain-output.ts";

/** A doc comment in our own words, for what is printed beside the interface that carries the comment of the .proto. */
export function serviceDoc(f: GrainOutput, service: DescService, lines: readonly string[]): Printable {
  const tags = [`@generated from ${service.toString()}`];
  if (service.deprecated || service.file.deprecated) tags.push("@deprecated");
  return f.jsDoc([...lines, "", ...tags].join("\n"));
}
