import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ActorError, PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { ClusterError } from "../cluster-error.ts";
import { Deadline } from "../grain/deadline.ts";
import { GrainLane } from "./grain-lane.ts";
import { SubscriberBatch, TopicBatch } from "./topic-batch.ts";

interface Sent {
  readonly to: string;
  readonly value: string;
  readonly end: (error?: Error) => void;
}

/** A lane to a grain that is at `rig.at`; what is sent stays under way until the test ends it. */
function rig() {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const state = { at: "a:1", problem: undefined as Error | undefined, located: 0 };
  const lane = new GrainLane({
    locate: async () => {
      state.located++;
      if (state.problem) throw state.problem;
      return new PID(state.at, "grain");
    },
    send: (pid, { batch }) =>
      new Promise((resolve, reject) => {
        const [message] = batch.messages as unknown as readonly [{ value: string }];
        const end = (error?: Error): void => (error ? reject(error) : resolve());
        sent.push({ to: pid.address, value: message.value, end });
      }),
    forget: () => undefined,
  });
  const deliver = (value: string) => {
    const messages = [create(StringValueSchema, { value })];
    const batch = new SubscriberBatch(TopicBatch.of(messages, { types: undefined as never, maxElements: 1 }));
    return lane.deliver(batch, new Deadline(clock, 1_000));
  };
  const take = () => sent.splice(0);
  return { clock, lane, state, deliver, take };
}

const gone = () => new ActorError("dead_letter", "gone");

test("a grain that is known where it is gets what comes without waiting for what came before", async () => {
  const { clock, deliver, lane, state, take } = rig();
  const outcomes = ["1", "2"].map(deliver);
  await clock.settle();
  outcomes.push(deliver("3"));
  const sent = take();
  expect(sent.map(({ value }) => value)).toEqual(["1", "2", "3"]);
  expect(state.located).toBe(1);
  expect(lane.isIdle).toBe(false);
  for (const { end } of sent) end();
  expect(await Promise.all(outcomes)).toEqual(["delivered", "delivered", "delivered"]);
  expect(lane.isIdle).toBe(true);
});

test("what comes back is sent to where the grain is now, in order and before what came later", async () => {
  const { clock, deliver, state, take } = rig();
  const outcomes = ["1", "2", "3"].map(deliver);
  await clock.settle();
  const [first, second, third] = take();
  state.at = "b:2";
  // Whether the first one arrives is open while the third is known not to have.
  third!.end(gone());
  await clock.settle();
  outcomes.push(deliver("4"));
  second!.end(gone());
  await clock.settle();
  expect(take()).toEqual([]);
  first!.end();
  await clock.settle();
  const again = take();
  expect(again.map(({ to, value }) => [to, value])).toEqual(["2", "3", "4"].map((value) => ["b:2", value]));
  for (const { end } of again) end();
  expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 4 }, () => "delivered"));
});

test("a grain that is never where it was found counts as gone after five attempts", async () => {
  const { clock, deliver, take } = rig();
  const outcome = deliver("1");
  for (let attempt = 1; attempt <= 5; attempt++) {
    await clock.settle();
    const sent = take();
    expect(sent).toHaveLength(1);
    sent[0]!.end(gone());
  }
  expect(await outcome).toBe("no_longer_reachable");
  expect(take()).toEqual([]);
});

test.for([
  [new ClusterError("not_delivered", "no answer"), "timeout"],
  [new ClusterError("no_member", "nobody"), "other_error"],
] as const)(
  "when the grain cannot be located (%o), all that waits ends as %s, and the next one tries anew",
  async ([problem, outcome]) => {
    const { clock, deliver, state, take } = rig();
    state.problem = problem;
    expect(await Promise.all(["1", "2"].map(deliver))).toEqual([outcome, outcome]);
    state.problem = undefined;
    const delivered = deliver("3");
    await clock.settle();
    take()[0]!.end();
    expect(await delivered).toBe("delivered");
  },
);

test("what may have been handled is not sent again", async () => {
  const { clock, deliver, take } = rig();
  const outcomes = ["1", "2"].map(deliver);
  await clock.settle();
  const [first, second] = take();
  first!.end(new ActorError("deadline_exceeded", "late"));
  second!.end(new ActorError("overloaded", "full"));
  expect(await Promise.all(outcomes)).toEqual(["timeout", "other_error"]);
  expect(take()).toEqual([]);
});
