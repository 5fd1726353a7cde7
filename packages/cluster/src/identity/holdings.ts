import type { Holdings, Holding as WireHolding } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import type { Life } from "./life.ts";

/** How many are told at once: a message of some 50 kB. */
const perMessage = 1_000;
const maxUint32 = 0xffff_ffff;

/** As they are told; times are before now, rounded so that nothing seems to have lasted longer than it has. */
export function writeHoldings(lives: readonly Life[], nowMs: number): readonly Holdings[] {
  const messages: Holdings[] = [];
  for (let from = 0; from < lives.length; from += perMessage) {
    const part = lives.slice(from, from + perMessage);
    messages.push({
      $typeName: "tsgrain.cluster.v1.Holdings",
      holdings: part.map((life) => write(life, nowMs)),
    });
  }
  return messages;
}

function write({ kind, identity, number, begunAtMs, hasEnded, untilMs }: Life, nowMs: number): WireHolding {
  const $typeName = "tsgrain.cluster.v1.Holding";
  const begun = { kind, identity, number, begunMsAgo: wholeMs(Math.floor(nowMs - begunAtMs)) };
  if (!hasEnded) return { $typeName, ...begun };
  return { $typeName, ...begun, endedMsAgo: wholeMs(Math.ceil(nowMs - untilMs)) };
}

/** As they were told by the member at an address, now. */
export function readHoldings({ holdings }: Holdings, member: string, nowMs: number): readonly Life[] {
  return holdings.map(({ kind, identity, number, begunMsAgo, endedMsAgo }) => ({
    ...{ kind, identity, member, number, begunAtMs: nowMs - begunMsAgo },
    untilMs: nowMs - (endedMsAgo ?? 0),
    hasEnded: endedMsAgo !== undefined,
  }));
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.min(maxUint32, ms));
}
