import type { Holdings, Holding as WireHolding } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import type { Holding } from "./duplicate-watch.ts";

/** How many are told at once: a message of some 50 kB. */
const perMessage = 1_000;
const maxUint32 = 0xffff_ffff;

/** As they are told; times are before now, rounded so that nothing seems to have lasted longer than it has. */
export function writeHoldings(holdings: readonly Holding[], nowMs: number): readonly Holdings[] {
  const messages: Holdings[] = [];
  for (let from = 0; from < holdings.length; from += perMessage) {
    const part = holdings.slice(from, from + perMessage);
    messages.push({
      $typeName: "tsgrain.cluster.v1.Holdings",
      holdings: part.map((holding) => write(holding, nowMs)),
    });
  }
  return messages;
}

function write({ kind, identity, begunAtMs, endedAtMs }: Holding, nowMs: number): WireHolding {
  const begun = { kind, identity, begunMsAgo: wholeMs(Math.floor(nowMs - begunAtMs)) };
  const $typeName = "tsgrain.cluster.v1.Holding";
  if (endedAtMs > nowMs) return { $typeName, ...begun };
  return { $typeName, ...begun, endedMsAgo: wholeMs(Math.ceil(nowMs - endedAtMs)) };
}

/** As they were told by the member at an address, now. */
export function readHoldings({ holdings }: Holdings, member: string, nowMs: number): readonly Holding[] {
  return holdings.map(({ kind, identity, begunMsAgo, endedMsAgo }) => ({
    kind,
    identity,
    member,
    begunAtMs: nowMs - begunMsAgo,
    endedAtMs: endedMsAgo === undefined ? Number.POSITIVE_INFINITY : nowMs - endedMsAgo,
  }));
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.min(maxUint32, ms));
}
