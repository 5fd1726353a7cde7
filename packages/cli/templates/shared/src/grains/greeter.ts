import { GreeterKind } from "../gen/greeter/v1/greeter_grain.ts";
import type { GreetRequest } from "../gen/greeter/v1/greeter_pb.ts";

export class Greeter extends GreeterKind {
  // One call is handled at a time: a plain field needs no lock.
  #greeted = 0;

  override greet({ name }: GreetRequest) {
    this.#greeted += 1;
    return { text: `Hello ${name}, you are number ${this.#greeted}` };
  }
}
