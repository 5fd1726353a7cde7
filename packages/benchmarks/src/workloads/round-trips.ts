import type { Timing } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import type { Responder } from "../subjects/local-subject.ts";
import { measureRequests } from "./requests.ts";

const inFlight = 100;

/** Pairs of requests per second, of which the second waits for the first. */
export async function measurePairs(responder: Responder, timing: Timing): Promise<Sample[]> {
  const samples = await measureRequests(askingTwice(responder), { inFlight, timedStride: 16, timing });
  return samples.filter(({ unit }) => unit === "req/s").map(({ value }) => ({ unit: "pairs/s", value }));
}

/** Asks a second time what the first answer came from. */
function askingTwice(responder: Responder): Responder {
  return {
    async ask(number) {
      const first = await responder.ask(number);
      return responder.ask(first.number - 1);
    },
  };
}
