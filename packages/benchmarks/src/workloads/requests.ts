import type { Clock } from "../measurement/clock.ts";
import { expectCount, measureRate, type Timing } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import { percentileOf } from "../measurement/statistics.ts";
import type { Responder } from "../subjects/local-subject.ts";

export interface Requests {
  /** How many wait for their answers at any time. */
  readonly inFlight: number;
  /** One request in so many is timed, where reading the clock would cost a good part of a request. */
  readonly timedStride: number;
  readonly timing: Timing;
}

/** Requests per second and how long one takes. */
export async function measureRequests(
  responder: Responder,
  { inFlight, timedStride, timing }: Requests,
): Promise<Sample[]> {
  let tookMs: number[] = [];
  const rate = await measureRate(async (count) => {
    tookMs = [];
    const shares = Array.from({ length: inFlight }, (_, index) => Math.floor((count + index) / inFlight));
    const asked = shares.map((share) =>
      askInTurn(responder, { share, timedStride, tookMs, clock: timing.clock }),
    );
    const right = (await Promise.all(asked)).reduce((sum, answers) => sum + answers, 0);
    expectCount(right, count);
    return right;
  }, timing);
  return [
    { unit: "req/s", value: rate },
    { unit: "p50 us", value: percentileOf(tookMs, 0.5) * 1000 },
    { unit: "p99 us", value: percentileOf(tookMs, 0.99) * 1000 },
  ];
}

interface Asking {
  readonly share: number;
  readonly timedStride: number;
  readonly tookMs: number[];
  readonly clock: Clock;
}

/** Asks one question after the other, and resolves with the number of right answers. */
async function askInTurn(
  responder: Responder,
  { share, timedStride, tookMs, clock }: Asking,
): Promise<number> {
  let right = 0;
  for (let number = 0; number < share; number++) {
    const isTimed = number % timedStride === 0;
    const startMs = isTimed ? clock.nowMs() : 0;
    const answer = await responder.ask(number);
    if (isTimed) tookMs.push(clock.nowMs() - startMs);
    if (answer.number === number + 1) right++;
  }
  return right;
}
