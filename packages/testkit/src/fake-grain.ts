import type { MessageHeaders } from "@ts-grain/actor";
import {
  type GrainCallContext,
  GrainError,
  type GrainFactory,
  type GrainHooks,
  type Kind,
  type KindOptions,
} from "@ts-grain/cluster";

/**
 * The names of a grain's rpcs, as they are on the grain.
 *
 * @example
 * import type { RpcOf } from "@ts-grain/testkit";
 * import type { SmartBulbGrain } from "./gen/smartbulb_grain.ts";
 *
 * const rpc: RpcOf<SmartBulbGrain> = "turnOn";
 */
export type RpcOf<Grain extends object> = Exclude<keyof Grain, keyof GrainHooks> & string;

/**
 * What a fake answers: for each rpc that the test expects, what a grain would have as its method.
 *
 * @example
 * import { type FakeAnswers, fakeGrain } from "@ts-grain/testkit";
 * import { newSmartBulbKind, type SmartBulbGrain } from "./gen/smartbulb_grain.ts";
 *
 * const lit: FakeAnswers<SmartBulbGrain> = { getState: (_request, { identity }) => ({ isOn: identity === "hall" }) };
 * const bulbs = fakeGrain(newSmartBulbKind, lit);
 */
export type FakeAnswers<Grain extends object> = { readonly [Rpc in RpcOf<Grain>]?: Grain[Rpc] };

/**
 * A call that a fake was asked to answer.
 *
 * @example
 * import { type FakeCall, fakeGrain } from "@ts-grain/testkit";
 * import { newSmartBulbKind, type SmartBulbGrain } from "./gen/smartbulb_grain.ts";
 *
 * const bulbs = fakeGrain(newSmartBulbKind, { turnOn: () => ({}) });
 * const isTurnOn = ({ rpc }: FakeCall<SmartBulbGrain>) => rpc === "turnOn";
 * const turnedOn = () => bulbs.calls.filter(isTurnOn).map(({ identity }) => identity);
 */
export type FakeCall<Grain extends object> = {
  [Rpc in RpcOf<Grain>]: {
    /** Which of the grains of its kind was called. */
    readonly identity: string;
    readonly rpc: Rpc;
    readonly request: Grain[Rpc] extends (request: infer Request, context: GrainCallContext) => unknown
      ? Request
      : never;
    readonly headers: MessageHeaders;
  };
}[RpcOf<Grain>];

/**
 * Stands for all grains of a kind, and remembers what it was asked. A kind like any other: members can host it.
 *
 * @see {@link fakeGrain}
 */
export interface FakeGrain<Grain extends object> extends Kind {
  /** What came, oldest first; that which was not answered, too. */
  readonly calls: readonly FakeCall<Grain>[];
}

/**
 * Makes a fake of a kind, for the grain under test to call. The runtime treats it as a grain: it gets frozen messages, one call at a
 * time, and what it throws reaches the caller as a grain's error does. A call of an rpc that it has no answer for fails with
 * `GrainError` "UNIMPLEMENTED". It never idles out.
 *
 * @param newKind the function that is generated for the service
 * @example
 * import { activateGrain, fakeGrain } from "@ts-grain/testkit";
 * import {
 *   getSmartBulbGrainClient,
 *   getSmartHouseGrainClient,
 *   newSmartBulbKind,
 *   newSmartHouseKind,
 *   SmartHouseKind,
 * } from "./gen/smartbulb_grain.ts";
 *
 * class House extends SmartHouseKind {
 *   override installBulb() {
 *     return {};
 *   }
 *   override async turnAllOn() {
 *     await getSmartBulbGrainClient(this.context, "kitchen").turnOn({});
 *     return { count: 1 };
 *   }
 *   override listLit() {
 *     return { bulbs: [] };
 *   }
 * }
 *
 * const bulbs = fakeGrain(newSmartBulbKind, { turnOn: () => ({}) });
 * const kind = newSmartHouseKind(() => new House());
 * await using home = await activateGrain(kind, getSmartHouseGrainClient, { fakes: [bulbs] });
 * await home.client.turnAllOn({});
 * for (const { identity, rpc } of bulbs.calls) console.log(identity, rpc); // prints: kitchen turnOn
 */
export function fakeGrain<Grain extends object>(
  newKind: (factory: GrainFactory<Grain>, options?: KindOptions) => Kind,
  answers: NoInfer<FakeAnswers<Grain>> = {},
): FakeGrain<Grain> {
  const calls: FakeCall<Grain>[] = [];
  const kind = newKind(() => createFake(kind, answers, calls) as Grain & GrainHooks, { idleTimeoutMs: 0 });
  return { ...kind, calls };
}

type Answer = (request: unknown, context: GrainCallContext) => unknown;

function createFake(kind: Kind, answers: object, calls: object[]): Readonly<Record<string, Answer>> {
  const rpcs = kind.service.methods.flatMap((method) => method?.property ?? []);
  return Object.fromEntries(
    rpcs.map((rpc): [string, Answer] => [
      rpc,
      (request, context) => {
        const { identity, headers } = context;
        calls.push({ identity, rpc, request, headers });
        const answer = (answers as Readonly<Record<string, Answer | undefined>>)[rpc];
        if (!answer)
          throw new GrainError("UNIMPLEMENTED", `the fake of ${kind.name} has no answer for ${rpc}`);
        return answer.call(answers, request, context);
      },
    ]),
  );
}
