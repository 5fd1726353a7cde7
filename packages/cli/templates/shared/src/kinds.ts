import { newGreeterKind } from "./gen/greeter/v1/greeter_grain.ts";
import { Greeter } from "./grains/greeter.ts";

/** What a member hosts. */
export function createKinds() {
  return [newGreeterKind(() => new Greeter())];
}
