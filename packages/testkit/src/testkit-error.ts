/**
 * What went wrong in a test itself, rather than in what it tests; docs/errors.md explains each.
 *
 * @see {@link TestkitError}
 */
export type TestkitErrorCode = "no_fake" | "wrong_client" | "not_active";

/**
 * A test that cannot work as it is written.
 *
 * @example
 * import { activateGrain, TestkitError } from "@ts-grain/testkit";
 * import { getSmartHouseGrainClient, newSmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * const bulb = { getState: () => ({ isOn: true }), turnOn: () => ({}), turnOff: () => ({}) };
 * await using kitchen = await activateGrain(newSmartBulbKind(() => bulb), getSmartHouseGrainClient);
 * try {
 *   await kitchen.client.turnAllOn({});
 * } catch (error) {
 *   if (TestkitError.is(error)) console.log(error.code); // prints: wrong_client
 * }
 */
export class TestkitError extends Error {
  override readonly name: string = "TestkitError";
  /** Recognises errors made by another copy of this package. */
  readonly "~testkitError": true = true;
  readonly code: TestkitErrorCode;

  constructor(code: TestkitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether a caught value is a `TestkitError`, also of another copy of this package. */
  static is(value: unknown): value is TestkitError {
    return value instanceof Error && "~testkitError" in value;
  }
}
