import { liveHeapBytes } from "../measurement/heap.ts";
import { expectCount, measureRate, type Timing } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import type { Game, LocalSubject } from "../subjects/local-subject.ts";
import type { Setting } from "./workload.ts";

/** Messages per second that pairs of actors throw back and forth. */
export async function measureGames(
  subject: LocalSubject,
  { pairs, handlers, timing }: Omit<Game, "catches"> & { readonly timing: Timing },
): Promise<Sample[]> {
  const players = pairs * 2;
  const rate = await measureRate(async (size) => {
    const catches = Math.ceil(size / players);
    const caught = await subject.play({ pairs, catches, handlers });
    expectCount(caught, catches * players);
    return caught;
  }, timing);
  return [{ unit: "msg/s", value: rate }];
}

const warmUpFloods = 3;

/**
 * Messages per second from the first one sent until the count is known, and what it took the sender alone. Where
 * sender and actor share a thread, all messages are sent before the first is handled.
 */
export async function measureFloods(subject: LocalSubject, setting: Setting): Promise<Sample[]> {
  const { clock, count, measureMs } = setting;
  for (let flood = 0; flood < warmUpFloods; flood++) await floodOnce(subject, setting);
  let messages = 0;
  let sendMs = 0;
  let totalMs = 0;
  while (totalMs < measureMs) {
    const startMs = clock.nowMs();
    const sentMs = await floodOnce(subject, setting);
    sendMs += sentMs - startMs;
    totalMs += clock.nowMs() - startMs;
    messages += count;
  }
  return [
    { unit: "msg/s", value: (messages * 1000) / totalMs },
    { unit: "ns to enqueue", value: (sendMs * 1e6) / messages },
  ];
}

/** Floods a new actor, and resolves with the moment at which all was sent. */
async function floodOnce(subject: LocalSubject, { count, clock }: Setting): Promise<number> {
  const counter = subject.openCounter();
  counter.tell(count);
  const sentMs = clock.nowMs();
  expectCount(await counter.readCount(), count);
  return sentMs;
}

/** What a message keeps on the heap, beside itself, while it waits. */
export async function measureQueue(subject: LocalSubject, messages: number): Promise<Sample[]> {
  const counter = subject.openCounter();
  counter.tell(1);
  expectCount(await counter.readCount(), 1);
  const bytesBefore = liveHeapBytes();
  counter.tell(messages);
  const bytes = liveHeapBytes() - bytesBefore;
  expectCount(await counter.readCount(), messages + 1);
  return [{ unit: "B per queued message", value: bytes / messages }];
}
