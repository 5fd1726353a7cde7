import { InvalidArgumentError } from "commander";

/** A grain as it is typed: `SmartBulb/kitchen`. The identity may hold slashes. */
export interface GrainTarget {
  readonly kind: string;
  readonly identity: string;
}

/** @throws InvalidArgumentError */
export function parseGrainTarget(text: string): GrainTarget {
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1)
    throw new InvalidArgumentError("A grain is written kind/identity, such as SmartBulb/kitchen.");
  return { kind: text.slice(0, slash), identity: text.slice(slash + 1) };
}
