import type { Holdings } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import type { Topology } from "../membership/topology.ts";
import type { Life } from "./life.ts";

/** How many are told at once: a message of some 20 kB. */
const perMessage = 1_000;
const maxUint32 = 0xffff_ffff;

/**
 * As they are told; times are before now, rounded so that nothing seems to have lasted longer than it has.
 *
 * @param allOf the topology by which these are all that there are, if they are
 */
export function writeHoldings(lives: readonly Life[], nowMs: number, allOf?: Topology): readonly Holdings[] {
  const messages: Holdings[] = [];
  for (const [kind, ofKind] of Map.groupBy(lives, (life) => life.kind)) {
    for (let from = 0; from < ofKind.length; from += perMessage)
      messages.push(write(kind, ofKind.slice(from, from + perMessage), nowMs));
  }
  if (!allOf) return messages;
  if (messages.length === 0) messages.push(write("", [], nowMs));
  messages.at(-1)!.topologyHash = allOf.hash;
  return messages;
}

// Lists, as an object for each would take most of the time of telling.
function write(kind: string, lives: readonly Life[], nowMs: number): Holdings {
  const message: Holdings = {
    $typeName: "tsgrain.cluster.v1.Holdings",
    kind,
    identities: [],
    numbers: [],
    begunMsAgo: [],
    endedMsAgo: [],
    topologyHash: 0n,
  };
  for (const { identity, number, begunAtMs, hasEnded, untilMs } of lives) {
    message.identities.push(identity);
    message.numbers.push(number);
    message.begunMsAgo.push(wholeMs(Math.floor(nowMs - begunAtMs)));
    message.endedMsAgo.push(hasEnded ? wholeMs(Math.ceil(nowMs - untilMs) + 1) : 0);
  }
  return message;
}

/** As they were told by the member at an address, now. */
export function readHoldings(message: Holdings, member: string, nowMs: number): readonly Life[] {
  const { kind, identities, numbers, begunMsAgo, endedMsAgo } = message;
  const { length } = identities;
  if (numbers.length !== length || begunMsAgo.length !== length || endedMsAgo.length !== length) return [];
  return identities.map((identity, index) => {
    const ended = endedMsAgo[index]!;
    return {
      kind,
      identity,
      member,
      number: numbers[index]!,
      begunAtMs: nowMs - begunMsAgo[index]!,
      untilMs: ended === 0 ? nowMs : nowMs - ended + 1,
      hasEnded: ended !== 0,
    };
  });
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.min(maxUint32, ms));
}
