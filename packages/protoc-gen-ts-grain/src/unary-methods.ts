import type { DescMethod, DescService } from "@bufbuild/protobuf";

/** The rpcs of a service that a grain can have, in order. */
export function unaryMethods(service: DescService): readonly DescMethod[] {
  return service.methods.filter(({ methodKind }) => methodKind === "unary");
}
