import type { ActorContext, System } from "../actor-cell/actor-context.ts";
import { propsFromFunction } from "../actor-cell/props.ts";
import { ActorError } from "../actor-error.ts";
import { Started, Stopped, Stopping } from "../message/lifecycle.ts";
import type { Message, MessageHeaders } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";

/**
 * A message that a probe got.
 *
 * @see {@link TestProbe}
 */
export interface Received {
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;
}

/**
 * An actor that a test holds in its hand: it keeps what it gets until the test asks for it.
 *
 * @example
 * import { propsFromFunction } from "@ts-grain/actor";
 * import { type Received, TestProbe, TestSystem } from "@ts-grain/actor/testing";
 *
 * await using test = new TestSystem();
 * const greeter = test.system.root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.sender) context.respond(`Hello ${context.message}`);
 *   }),
 * );
 * const probe = new TestProbe(test.system);
 * probe.request(greeter, "Ada");
 * const { message }: Received = await probe.next();
 * console.log(message); // prints: Hello Ada
 */
export class TestProbe {
  readonly pid: PID;
  readonly #received: Received[] = [];
  readonly #waiting: ((received: Received) => void)[] = [];
  #context!: ActorContext;

  constructor(system: System) {
    const props = propsFromFunction((context) => this.#receive(context), {
      onInit: (context) => {
        this.#context = context;
      },
    });
    this.pid = system.root.spawn(props);
  }

  /** What came and has not been taken with `next`, oldest first. */
  get messages(): readonly Message[] {
    return this.#received.map(({ message }) => message);
  }

  /**
   * Takes the next message, or waits for it.
   *
   * @throws ActorError "deadline_exceeded" after `timeoutMs` of the system's clock. Default 1 000.
   */
  next({ timeoutMs = 1_000 }: { readonly timeoutMs?: number } = {}): Promise<Received> {
    const received = this.#received.shift();
    if (received !== undefined) return Promise.resolve(received);
    return new Promise((resolve, reject) => {
      const take = (next: Received): void => {
        timer.cancel();
        resolve(next);
      };
      const timer = this.#context.system.clock.schedule(timeoutMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(new ActorError("deadline_exceeded", `the probe got no message within ${timeoutMs} ms`));
      });
      this.#waiting.push(take);
    });
  }

  /** Sends a message with the probe as its sender. */
  request(target: PID, message: Message): void {
    this.#context.request(target, message);
  }

  watch(target: PID): void {
    this.#context.watch(target);
  }

  unwatch(target: PID): void {
    this.#context.unwatch(target);
  }

  #receive({ message, sender, headers }: ActorContext): void {
    // The probe's own life is not what it is asked about.
    if (message instanceof Started || message instanceof Stopping || message instanceof Stopped) return;
    const received = { message, sender, headers };
    const take = this.#waiting.shift();
    if (take === undefined) this.#received.push(received);
    else take(received);
  }
}
