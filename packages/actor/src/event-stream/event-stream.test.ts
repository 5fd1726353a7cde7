import { expect, test } from "vitest";
import { EventStream, type Subscription } from "./event-stream.ts";

class Bulb {
  readonly on: boolean;

  constructor(on: boolean) {
    this.on = on;
  }
}

function stream() {
  const errors: unknown[] = [];
  return { errors, events: new EventStream((error) => errors.push(error)) };
}

test("an event reaches all subscribers, in the order of their subscriptions", () => {
  const { events } = stream();
  const seen: string[] = [];
  events.subscribe(() => seen.push("first"));
  events.subscribe(() => seen.push("second"));
  expect(events.size).toBe(2);
  events.publish({});
  expect(seen).toEqual(["first", "second"]);
});

test("a predicate decides which events reach its subscriber", () => {
  const { events } = stream();
  const seen: boolean[] = [];
  events.subscribe(
    ({ on }: Bulb) => seen.push(on),
    (event): event is Bulb => event instanceof Bulb,
  );
  events.publish({ on: "nonsense" });
  events.publish(new Bulb(true));
  expect(seen).toEqual([true]);
});

test("a subscription that ended gets nothing, wherever it stood, and may end again", () => {
  const { events } = stream();
  const seen: number[] = [];
  const subscriptions = [1, 2, 3].map((number) => events.subscribe(() => seen.push(number)));
  subscriptions[1]!.unsubscribe();
  subscriptions[2]!.unsubscribe();
  subscriptions[2]!.unsubscribe();
  events.publish({});
  expect(seen).toEqual([1]);
  expect(events.size).toBe(1);
});

test("a subscription ends with its block", () => {
  const { events } = stream();
  {
    using _subscription = events.subscribe(() => {});
    expect(events.size).toBe(1);
  }
  expect(events.size).toBe(0);
});

test("subscribing and unsubscribing while an event is published is safe", () => {
  const { events } = stream();
  const seen: string[] = [];
  const later: Subscription[] = [];
  events.subscribe(() => {
    seen.push("first");
    if (later[0]) later[0].unsubscribe();
    else events.subscribe(() => seen.push("new"));
  });
  const second = events.subscribe(() => seen.push("second"));
  events.publish({});
  expect(seen).toEqual(["first", "second"]);
  later.push(second);
  events.publish({});
  expect(seen).toEqual(["first", "second", "first", "new"]);
});

test("a handler or predicate that throws harms nobody else", () => {
  const { errors, events } = stream();
  const seen: string[] = [];
  events.subscribe(() => {
    throw new Error("handler");
  });
  events.subscribe(
    () => {},
    () => {
      throw new Error("predicate");
    },
  );
  events.subscribe(() => seen.push("last"));
  events.publish({});
  expect(seen).toEqual(["last"]);
  expect(errors).toEqual([new Error("handler"), new Error("predicate")]);
});
