import type { Hello } from "../gen/tsgrain/remote/v1/hello_pb.ts";

/** More than anybody needs; a stranger could make us keep thousands. */
const maxFeatures = 64;

/** What this version can do that not every version of the protocol can. Nothing yet. */
export const ownFeatures: readonly number[] = [];

/** What a peer says that it can do, by number, known here or not. A Go member says nothing. */
export function featuresOf(hello: Hello | undefined): ReadonlySet<number> {
  return new Set(hello?.features.slice(0, maxFeatures));
}
