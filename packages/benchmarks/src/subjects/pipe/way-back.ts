import { toBinary } from "@bufbuild/protobuf";
import { CountResponseSchema } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { typeNames } from "./hello-types.ts";
import { type Name, typeName } from "./name.ts";
import { numberTag, type Route, type WriteBody } from "./pipe.ts";

/** Finds the route of an answer: the type's place in {@link typeNames}, and whom it goes to. */
export type FindWayBack = (type: number, sender: Name) => Route;

/** Keeps the last route, as most answers go the way of the one before. */
export function wayBack(): FindWayBack {
  const names = typeNames.map(typeName);
  let route: Route | undefined;
  return (type, sender) => {
    if (route?.type !== names[type] || route?.target !== sender)
      route = { type: names[type]!, target: sender, sender: undefined, number: numberTag.answered };
    return route;
  };
}

/** Writes a `CountResponse`. */
export function writeCount(count: number): WriteBody {
  const response = toBinary(CountResponseSchema, { $typeName: "tsgrain.benchmarks.v1.CountResponse", count });
  return (bytes, at) => {
    bytes.set(response, at);
    return at + response.length;
  };
}
